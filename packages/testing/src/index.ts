/** `@llmtrace/testing`: fake vendors, telemetry in memory, and matchers of LLM calls, for the tests of an application. */
export {
  type FakeAnswer,
  type FakeRequest,
  type FakeVendor,
  type FakeVendors,
  type FakeVendorsUrls,
  startFakeVendors,
} from './fake-vendors.ts';
export type { Expected, ExpectedLlmCall } from './llm-call.ts';
export { assertLlmCall, assertNoLlmCall, type LlmMatchers, llmChai, llmMatchers } from './matchers.ts';
export {
  type RecordedEvent,
  type RecordedMetric,
  type RecordedSpan,
  type RecordedTelemetry,
  type RecordOptions,
  recordTelemetry,
} from './telemetry.ts';
