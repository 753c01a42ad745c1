/** The instrumentation under test: alone, and with every feature on that stands between an SDK and its vendor. */
import type { Subject } from '@llmtrace/test-fixtures/suite';
import { AwsBedrockInstrumentation } from '../../src/index.ts';

const className = 'AwsBedrockInstrumentation';
const module = import.meta.resolve('../../src/index.ts');

export const plain: Subject = {
  create: (config) => new AwsBedrockInstrumentation(config),
  ...{ module, className },
};

export const resilient: Subject = {
  create: (config) =>
    new AwsBedrockInstrumentation({
      ...config,
      content: { capture: 'SPAN_ONLY', redact: ['keys', 'emails', 'cards'] },
      interceptors: [(_call, next) => next()],
      // llmtrace's retries must not apply: the SDK's own ones stay on.
      retry: { initialInterval: 5, jitter: 0 },
      rateLimit: { rate: 10_000, tokensPerMinute: 1e9, concurrency: 1000 },
    }),
  ...{ module, className },
  capturesContent: true,
};
