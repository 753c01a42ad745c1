// The SDK in the format that FORMAT names.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.env.SDK);

export const load = (path) =>
  process.env.FORMAT === 'cjs'
    ? require(path)
    : import(pathToFileURL(require.resolve(path).replace(/([\\/])cjs([\\/])/, '$1esm$2')));
