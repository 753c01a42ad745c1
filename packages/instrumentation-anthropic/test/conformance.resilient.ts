/**
 * The conformance suite once more, with everything on that can stand between an SDK and its vendor, and with what is
 * said captured.
 */
import { vendorCase } from '@llmtrace/test-fixtures/cases/anthropic';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import { AnthropicInstrumentation } from '../src/index.ts';

describeConformance(vendorCase, {
  create: (config) =>
    new AnthropicInstrumentation({
      ...config,
      content: { capture: 'SPAN_ONLY', redact: ['keys', 'emails', 'cards'] },
      interceptors: [(_call, next) => next()],
      retry: { initialInterval: 5, jitter: 0 },
      rateLimit: { rate: 10_000, tokensPerMinute: 1e9, concurrency: 1000 },
    }),
  module: import.meta.resolve('../src/index.ts'),
  className: 'AnthropicInstrumentation',
  capturesContent: true,
});
