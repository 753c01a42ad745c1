import type { LlmMatchers } from '@llmtrace/testing';

declare module 'vitest' {
  interface Matchers<T> extends LlmMatchers<T> {}
}
