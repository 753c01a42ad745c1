import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import { nodeResolve } from '@rollup/plugin-node-resolve';

export default {
  input: 'script.mjs',
  output: { file: 'out.mjs', format: 'es', inlineDynamicImports: true },
  plugins: [nodeResolve({ exportConditions: ['node'] }), commonjs(), json()],
  external: ['openai'],
};
