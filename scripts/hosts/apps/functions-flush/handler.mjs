import { llmtrace } from '@llmtrace/auto';
import { chat } from './calls.mjs';

export async function handler() {
  try {
    return await chat();
  } finally {
    await llmtrace.flush({ timeoutMillis: 1000 });
  }
}
