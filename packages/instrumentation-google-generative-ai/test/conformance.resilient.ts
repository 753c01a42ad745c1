/**
 * The conformance suite once more, with everything on that can stand between an SDK and its vendor, and with what is
 * said captured.
 */
import { vendorCase } from '@llmtrace/test-fixtures/cases/google-generative-ai';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import { GoogleGenerativeAIInstrumentation } from '../src/index.ts';

describeConformance(vendorCase, {
  create: (config) =>
    new GoogleGenerativeAIInstrumentation({
      ...config,
      content: { capture: 'SPAN_ONLY', redact: ['keys', 'emails', 'cards'] },
      interceptors: [(_call, next) => next()],
      // Google's SDKs do not retry: were llmtrace to, the vendor would see requests that it does not see without it.
      retry: { maxRetries: 0 },
      rateLimit: { rate: 10_000, tokensPerMinute: 1e9, concurrency: 1000 },
    }),
  module: import.meta.resolve('../src/index.ts'),
  className: 'GoogleGenerativeAIInstrumentation',
  capturesContent: true,
});
