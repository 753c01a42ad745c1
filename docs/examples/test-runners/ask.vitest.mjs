import { expect, test } from 'vitest';
import { ask } from './ask.mjs';

test('answers', async () => {
  expect(await ask('What is the capital of France?')).toMatch(/Paris/);
});
