// Stands in for `@azure/functions`: it keeps the registered functions.
globalThis.registered = {};
export const app = {
  http(name, options) {
    globalThis.registered[name] = options;
  },
};
