import assert from 'node:assert/strict';
import { ask } from './ask.mjs';

it('answers', async () => {
  assert.match(await ask('What is the capital of France?'), /Paris/);
});
