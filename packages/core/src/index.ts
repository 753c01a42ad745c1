/** `@llmtrace/core`: what vendors' instrumentations are made of, and what applications may configure. */
export type {
  Call,
  Cost,
  LlmRequest,
  LlmResponse,
  Observer,
  Operation,
  Outcome,
  Server,
  Usage,
} from './call.ts';
export {
  type AutoSettings,
  autoSettings,
  type CostSemconv,
  type LlmTraceConfig,
  type Semconv,
} from './config.ts';
export { clearPrices, loadPrices, type OwnPrice, type PriceScope, setPrice } from './cost/index.ts';
export { errorType } from './errors.ts';
export * as gemini from './gemini.ts';
export { hookPatterns, LlmInstrumentation } from './instrumentation.ts';
export { endOpenCalls } from './live.ts';
export type { NativeMode } from './native.ts';
export { count, number, string, strings } from './values.ts';
export type { Endpoint, NativeSpans, PatchPoint, Vendor } from './vendor.ts';
