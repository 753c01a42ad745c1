import { expect, test } from 'vitest';
import { chat } from './calls.mjs';

test('the model answers', async () => {
  const answer = await chat();
  expect(answer.length).toBeGreaterThan(0);
  process.stdout.write(`@@${answer}@@\n`);
});
