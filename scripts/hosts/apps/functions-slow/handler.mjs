import { setTimeout } from 'node:timers/promises';
import { chat } from './calls.mjs';

// A model takes its time; the vendor on loopback answers within milliseconds, in which no thread starts.
export async function handler() {
  await setTimeout(2000);
  return chat();
}
