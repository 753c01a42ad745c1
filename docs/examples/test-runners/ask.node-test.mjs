import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from './ask.mjs';

test('answers', async () => {
  assert.match(await ask('What is the capital of France?'), /Paris/);
});
