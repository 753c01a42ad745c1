module.exports = {
  testMatch: ['**/*.jest.cjs'],
  setupFilesAfterEnv: ['./jest.setup.cjs'],
};
