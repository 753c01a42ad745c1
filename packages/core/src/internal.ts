/**
 * `@llmtrace/core/internal`: for llmtrace's own packages alone, and different in each version. It is also the one file
 * of this package that is built with code in it: the other doors are lists of names out of it, so that each process has
 * one copy of the state.
 */

export {
  getLlmAttributes,
  type LlmAttributesInput,
  withLlmAttributes,
} from './attribution/attributes.ts';
export type {
  AttributionOptions,
  ResolvedAttribution,
} from './attribution/options.ts';
export { type Attribution, attributionOf } from './attribution/resolve.ts';
export { runAsIn, type Scope, scopeOf } from './attribution/scope.ts';
export { type LlmOptions, withLlmOptions } from './call-options.ts';
export {
  isSwitchedOff,
  type LlmTraceConfig,
  metricAttributesOf,
  resolveConfig,
  validateConfig,
} from './config.ts';
export {
  clearPrices,
  findPrice,
  loadPrices,
  type OwnPrice,
  PRICES_DATE,
  type PriceScope,
  pricedProviders,
  setPrice,
} from './cost/cost.ts';
export { whyUntraced } from './diagnosis/explain-untraced.ts';
export { note, warningOf } from './diagnosis/findings.ts';
export { alsoTraced, hasAdopted, othersTracing } from './diagnosis/other-instrumentations.ts';
export { tellKind } from './diagnosis/untraced-kinds.ts';
export { watchRequests } from './diagnosis/untraced-requests.ts';
export { attemptBeneath } from './engine/attempts/intercept.ts';
export { isRepeatable, type Requests } from './engine/attempts/resend.ts';
export { attempted, inCall, openCallHere } from './engine/attempts/watch.ts';
export { askUsage, wantsUsage } from './engine/engine.ts';
export { endLeftSpans } from './engine/native/framework-span.ts';
export { scopeNameOf } from './engine/native/model-spans.ts';
export type { NativeMode } from './engine/native/native-span.ts';
export {
  close,
  endIdleCalls,
  endOpenCalls,
  eventArrived,
  headersArrived,
  isOnlyUsage,
  type OpenCall,
  onCollected,
  openCall,
  seen,
  wholeAnswered,
} from './engine/open-call.ts';
export { endOpenOperations } from './engine/operations/open-operation.ts';
export { currentSteps, type StepEnds, type Steps, traceSteps } from './engine/operations/steps.ts';
export type { Wire } from './engine/raw-answer.ts';
export { watchResponse } from './engine/raw-response.ts';
export {
  type CallErrorType,
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
} from './errors/index.ts';
export {
  isRefusal,
  LlmTraceError,
  REFUSALS,
  type Refusal,
  type RefusalDetails,
} from './errors/llmtrace-error.ts';
export * as geminiContent from './gemini/content.ts';
export * as gemini from './gemini/generate-content.ts';
export { type InstrumentationEntry, LlmInstrumentation } from './instrumentation.ts';
export { type BudgetReading, budgetReadings } from './interceptors/budget.ts';
export type { Key } from './interceptors/feature.ts';
export type { BudgetOptions, RateLimitOptions, RetryOptions } from './interceptors/options.ts';
export { isBudgetStrict, refuseAll } from './interceptors/options.ts';
export {
  checkRedisOptions,
  type RedisLimitsOptions,
  type RedisSettings,
  redisSettings,
} from './interceptors/shared/options.ts';
export type {
  Ask,
  Fallback,
  Settlement,
  SharedLimit,
  SharedLimits,
  Spending,
  Spent,
  Taken,
} from './interceptors/shared/store.ts';
export { TokenBucket, type TokenBucketOptions } from './interceptors/token-bucket.ts';
export { PARTS, type WindowRule } from './interceptors/windows.ts';
export {
  type AgentOperation,
  isToolCall,
  type McpRequest,
  type OperationKind,
  type OperationOutcome,
  type OperationSubject,
  operationOf,
  parentOf,
  type RollUp,
  runsOf,
  type ToolContent,
} from './model/agent-operation.ts';
export {
  attributeValue,
  fieldName,
  type LlmAttributes,
  type NamedAttribute,
  spanAttribute,
} from './model/attributes.ts';
export {
  type Billing,
  type Fees,
  type FeeUnit,
  type InnerCall,
  isUnpriced,
  type Missing,
} from './model/billing.ts';
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
} from './model/call.ts';
export type { EventLogger, EventLoggerProvider, LogEvent } from './model/event-logger.ts';
export type {
  Content,
  ContentReader,
  Message,
  Modality,
  OutputMessage,
  Part,
  Prompt,
  ToolDefinition,
} from './model/messages.ts';
export type {
  Followed,
  ModelUsage,
  OpenOperation,
  OperationEnd,
  OperationEnds,
  OperationStart,
  Operations,
  OtherModelSpan,
  TakenTool,
} from './model/operations.ts';
export type { SentRequests } from './model/sent-requests.ts';
export {
  COST_UNIT,
  type Dimensions,
  NO_USAGE,
  type SharedTotals,
  type UsageField,
  type UsageRow,
  type UsageTotals,
} from './model/usage-totals.ts';
export { attributionAttributes, type CostSemconv, type Semconv } from './observers/attributes.ts';
export { newerLoggerProvider } from './observers/events.ts';
export { type Hooks, type Timing, timingOf } from './observers/hooks.ts';
export type { AnyLogger } from './observers/log/adapters.ts';
export { LOG_MODES, type LogMode, type LogOptions } from './observers/log/options.ts';
export { KeptMeasurements } from './observers/metrics/kept-measurements.ts';
export type { SpanHooks } from './observers/span-hooks.ts';
export {
  type CallUsage,
  flushUsage,
  getSharedUsage,
  getUsage,
  onUsage,
  resetSharedUsage,
  resetUsage,
  type SharedUsageReport,
  type UsageQuery,
  type UsageReport,
} from './observers/usage/usage.ts';
export { OPTION_TABLE } from './option-tables.ts';
export type { Environment } from './options/environment.ts';
export {
  capped,
  checked,
  checkedValue,
  expectNames,
  flag,
  fromEnvironment,
  isRecord,
  list,
  oneOf,
  path,
  port,
  type Rule,
  type Rules,
  shown,
  text,
  texts,
  variableOf,
} from './options/rules.ts';
export { type OptionEntry, optionTable, warnByTable } from './options/table.ts';
export { isVariable, nearest, VARIABLES } from './options/variables.ts';
export { reachable } from './patching/find-prototypes.ts';
export {
  announcingLines,
  commonJsLines,
  type FunctionFiles,
  functionFiles,
  mainLine,
  mainModules,
} from './patching/module-announcements.ts';
export { copyWith, derivedFrom } from './platform/copy-with.ts';
export { fillRandom, randomHex } from './platform/crypto.ts';
export { loadOptional, optionalRoots } from './platform/load-optional.ts';
export { isLocalHost } from './platform/local-host.ts';
export { versionOf } from './platform/packages.ts';
export { printable, printableLines } from './platform/printable.ts';
export {
  type Build,
  type Facts,
  FINDING_CODES,
  type Finding,
  type FindingCode,
  facts,
  type KnownInstrumentation,
  type SdkCopy,
  tally,
} from './platform/process-state.ts';
export { isNoop, type ProcessWide, processWide } from './platform/process-wide.ts';
export { headerIn, headerOf, requestUrl, urlOf } from './platform/request-url.ts';
export { withoutSecrets } from './platform/secrets.ts';
export { sharedInProcess } from './platform/shared-in-process.ts';
export { isSilent } from './platform/silent-tracers.ts';
export { readTextFile } from './platform/text-file.ts';
export { alarmOnce, warn, warnOnce } from './platform/warn.ts';
export { type AnswerFailure, answerFailure } from './vendor/answer-failure.ts';
export { type AnswerHeaders, addHeaders, answerHeaders } from './vendor/answer-headers.ts';
export { isExcluded } from './vendor/excluded.ts';
export { dialectOf, type HostProvider, providerOf, type UsageDialect } from './vendor/hosts.ts';
export { metadataAttributes } from './vendor/metadata.ts';
export {
  allImage,
  type BilledReading,
  billing,
  chatBilled,
  costOfGateway,
  foldChatBilled,
  responseBilled,
  withGatewayCost,
} from './vendor/openai-billing.ts';
export {
  openAIEmbeddingsUsage,
  openAIStreamUsage,
  openAIUsage,
  statedCost,
  type UsageReading,
} from './vendor/openai-usage.ts';
export * as parts from './vendor/parts.ts';
export { originOf } from './vendor/provider.ts';
export { addResult } from './vendor/results.ts';
export {
  checkedUsage,
  count,
  entryAt,
  fields,
  finishBy,
  lookUp,
  name,
  number,
  objects,
  reportedUsd,
  setEntry,
  string,
  strings,
  tokenCount,
} from './vendor/values.ts';
export {
  type Asked,
  type ChannelPoint,
  type Endpoint,
  type FunctionPoint,
  type NativeSpans,
  noModelCalls,
  type OperationPoint,
  type PatchedCall,
  type PatchPoint,
  type Vendor,
} from './vendor/vendor.ts';
