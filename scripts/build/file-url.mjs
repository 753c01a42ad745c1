// The replacement of `import.meta.url` in CommonJS. A bundle that is an ES module has no `__filename`: it is
// undefined there.
import { pathToFileURL } from 'node:url';

export const fileUrl = /* @__PURE__ */ (() =>
  typeof __filename === 'string' ? pathToFileURL(__filename).href : undefined)();
