export default { test: { include: ['trees.vitest.mjs'] } };
