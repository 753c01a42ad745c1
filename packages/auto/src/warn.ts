/** What whoever configured llmtrace must know: once each, in the same voice as all of llmtrace. */
export { warnOnce as warn } from '@llmtrace/core';
