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
export type { LogMode, LogOptions } from './config/log.ts';
export {
  type AutoSettings,
  autoSettings,
  type CostSemconv,
  type LlmTraceConfig,
  type PrometheusSettings,
  type Semconv,
} from './config.ts';
export { clearPrices, loadPrices, type OwnPrice, type PriceScope, setPrice } from './cost/index.ts';
export {
  callErrorType,
  classifyError,
  type ErrorCategory,
  type ErrorInfo,
  errorType,
  isAuthError,
  isCancelled,
  isContentFilter,
  isContextLength,
  isInvalidRequest,
  isQuotaExceeded,
  isRateLimit,
  isServerError,
  isTimeout,
  isTransient,
} from './errors.ts';
export * as gemini from './gemini.ts';
export { hookPatterns, LlmInstrumentation } from './instrumentation.ts';
export { endOpenCalls } from './live.ts';
export type { NativeMode } from './native.ts';
export type { AnyLogger } from './observers/log/loggers.ts';
export { count, number, string, strings } from './values.ts';
export type { Endpoint, NativeSpans, PatchPoint, Vendor } from './vendor.ts';
