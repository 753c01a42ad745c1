const { ask } = require('./ask.cjs');

test('answers', async () => {
  expect(await ask('What is the capital of France?')).toMatch(/Paris/);
});
