import outside from './rollup.external.config.mjs';

export default { ...outside, external: [] };
