/** The instrumentation under test: alone, and with every feature on that stands between an SDK and its vendor. */
import type { Subject } from '@llmtrace/test-fixtures/suite';
import { GoogleGenAIInstrumentation } from '../../src/index.ts';

const className = 'GoogleGenAIInstrumentation';
const module = import.meta.resolve('../../src/index.ts');

export const plain: Subject = {
  // The suite counts the spans of model calls. Operations around them have a separate suite.
  create: (config) => new GoogleGenAIInstrumentation({ ...config, agents: false }),
  ...{ module, className },
};

export const resilient: Subject = {
  create: (config) =>
    new GoogleGenAIInstrumentation({
      agents: false,
      ...config,
      content: { capture: 'SPAN_ONLY', redact: ['keys', 'emails', 'cards'] },
      interceptors: [(_call, next) => next()],
      // Google's SDKs do not retry. Retries here would send requests that the vendor does not see without llmtrace.
      retry: { maxRetries: 0 },
      rateLimit: { rate: 10_000, tokensPerMinute: 1e9, concurrency: 1000 },
    }),
  ...{ module, className },
  capturesContent: true,
};
