import { ok } from 'node:assert';
import { chat, mark } from './calls.mjs';

it('the model answers', async () => {
  const answer = await chat();
  ok(answer.length > 0);
  mark(answer);
});
