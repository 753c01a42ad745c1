/** `@llmtrace/core`: what vendors' instrumentations are made of, and what applications may configure. */
export { reachable } from './by-hand.ts';
export type {
  AttemptFailure,
  Call,
  Cost,
  Interceptor,
  LlmRequest,
  LlmResponse,
  Observer,
  Operation,
  Outcome,
  Remaining,
  Retry,
  Server,
  Usage,
} from './call.ts';
export type { LogMode, LogOptions } from './config/log.ts';
export type { BudgetOptions, RateLimitOptions, RetryOptions } from './config/resilience.ts';
export { isBudgetStrict, refuseAll } from './config/resilience.ts';
export { checkRedisOptions, type RedisLimitsOptions, type RedisSettings } from './config/shared-limits.ts';
export { nearest, VARIABLES } from './config/variables.ts';
export {
  type AutoSettings,
  autoSettings,
  type CostSemconv,
  type LlmTraceConfig,
  type PrometheusSettings,
  type Semconv,
  validateConfig,
} from './config.ts';
export type {
  Content,
  ContentReader,
  Message,
  Modality,
  OutputMessage,
  Part,
  Prompt,
  ToolDefinition,
} from './content/messages.ts';
export * as parts from './content/parts.ts';
export { copyWith } from './copy-with.ts';
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
export {
  type Build,
  type Facts,
  facts,
  type KnownInstrumentation,
  type SdkCopy,
} from './facts.ts';
export { FINDING_CODES, type Finding, type FindingCode, note, warningOf } from './findings.ts';
export * as gemini from './gemini.ts';
export * as geminiContent from './gemini-content.ts';
export { LlmInstrumentation } from './instrumentation.ts';
export type { Key } from './interceptors/layer.ts';
export type {
  Ask,
  Fallback,
  Settlement,
  SharedLimit,
  SharedLimits,
  Spending,
  Spent,
  Taken,
} from './interceptors/shared/port.ts';
export { TokenBucket, type TokenBucketOptions } from './interceptors/token-bucket.ts';
export { endOpenCalls } from './live.ts';
export { LlmTraceError, type Refusal, type RefusalDetails } from './llmtrace-error.ts';
export { versionOf } from './loaded.ts';
export type { NativeMode } from './native.ts';
export {
  type EventLogger,
  type EventLoggerProvider,
  type LogEvent,
  newerLoggerProvider,
} from './observers/events.ts';
export type { Hooks, Timing } from './observers/hooks.ts';
export type { AnyLogger } from './observers/log/loggers.ts';
export { loadOptional, optionalRoots } from './optional.ts';
export { alsoTraced, othersTracing } from './others.ts';
export { printable, printableLines } from './printable.ts';
export { isNoop, type ProcessWide, processWide } from './process-wide.ts';
export { withoutSecrets } from './secrets.ts';
export { mainLine, mainModules, tellingLines } from './telling.ts';
export { readTextFile } from './text-file.ts';
export { watchRequests } from './untraced.ts';
export {
  checkedUsage,
  count,
  entryAt,
  fields,
  lookUp,
  name,
  number,
  objects,
  reportedUsd,
  setEntry,
  string,
  strings,
  tokenCount,
} from './values.ts';
export type { Endpoint, NativeSpans, PatchPoint, SentRequests, Vendor } from './vendor.ts';
export { warn, warnOnce } from './warn.ts';
export { whyUntraced } from './why-untraced.ts';
