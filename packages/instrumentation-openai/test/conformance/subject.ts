/** The instrumentation under test: alone, and with every feature on that stands between an SDK and its vendor. */
import type { Subject } from '@llmtrace/test-fixtures/suite';
import { OpenAIInstrumentation } from '../../src/index.ts';

const className = 'OpenAIInstrumentation';
const module = import.meta.resolve('../../src/index.ts');

export const plain: Subject = {
  // The suite counts the spans of model calls. Operations around them have a separate suite.
  create: (config) => new OpenAIInstrumentation({ ...config, agents: false }),
  ...{ module, className },
};

export const resilient: Subject = {
  create: (config) =>
    new OpenAIInstrumentation({
      agents: false,
      ...config,
      content: { capture: 'SPAN_ONLY', redact: ['keys', 'emails', 'cards'] },
      interceptors: [(_call, next) => next()],
      retry: { initialInterval: 5, jitter: 0 },
      rateLimit: { rate: 10_000, tokensPerMinute: 1e9, concurrency: 1000 },
    }),
  ...{ module, className },
  capturesContent: true,
};
