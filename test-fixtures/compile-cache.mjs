// Keeps what Node.js compiles in `.cache`, for mocha, its workers and the applications that tests start: a process that
// loads an SDK and the TypeScript sources takes half the CPU time. A process that reports coverage compiles by itself,
// since V8 counts less exactly in code of a cache.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

if (!process.env.NODE_V8_COVERAGE) {
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../.cache/compiled', import.meta.url));
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
}
