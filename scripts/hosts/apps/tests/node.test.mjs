import { ok } from 'node:assert';
import { test } from 'node:test';
import { chat, mark } from './calls.mjs';

test('the model answers', async () => {
  const answer = await chat();
  ok(answer.length > 0);
  mark(answer);
});
