module.exports = {
  testMatch: ['**/jest.test.cjs'],
  transform: {},
  testEnvironment: 'node',
  setupFilesAfterEnv: ['./jest.setup.cjs'],
};
