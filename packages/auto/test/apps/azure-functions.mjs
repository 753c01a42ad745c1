// Stands in for `@azure/functions`: it keeps what is registered.
globalThis.registered = {};
export const app = {
  http(name, options) {
    globalThis.registered[name] = options;
  },
};
