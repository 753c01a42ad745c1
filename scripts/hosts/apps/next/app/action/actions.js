'use server';

import { chat } from '../../lib/calls.js';

export async function ask() {
  globalThis.lastAnswer = await chat();
}

export async function lastAnswer() {
  return globalThis.lastAnswer ?? 'nothing yet';
}
