module.exports = { testMatch: ['**/trees.jest.cjs'] };
