/**
 * `@llmtrace/core/internal`: for llmtrace's own packages alone, and different in each version. It is also the one file
 * of this package that is built with code in it: the other doors are lists of names out of it, so that each process has
 * one copy of the state.
 */

export type { LlmAttributesInput } from './attribution/attributes.ts';
export type {
  AttributionOptions,
  ResolvedAttribution,
} from './attribution/options.ts';
export type { Attribution } from './attribution/resolve.ts';
export type { Scope } from './attribution/scope.ts';
export type { LlmOptions } from './call-options.ts';
export {
  addHeaders,
  addResult,
  allImage,
  alsoTraced,
  answerFailure,
  answerHeaders,
  askUsage,
  attemptBeneath,
  attempted,
  attributionAttributes,
  attributionOf,
  billing,
  budgetReadings,
  callErrorType,
  chatBilled,
  classifyError,
  clearPrices,
  close,
  costOfGateway,
  currentSteps,
  dialectOf,
  endIdleCalls,
  errorType,
  eventArrived,
  findPrice,
  foldChatBilled,
  gemini,
  geminiContent,
  getLlmAttributes,
  getSharedUsage,
  getUsage,
  hasAdopted,
  headersArrived,
  inCall,
  isAuthError,
  isCancelled,
  isContentFilter,
  isContextLength,
  isInvalidRequest,
  isOnlyUsage,
  isQuotaExceeded,
  isRateLimit,
  isRepeatable,
  isServerError,
  isTimeout,
  isToolCall,
  isTransient,
  KeptMeasurements,
  loadPrices,
  metadataAttributes,
  onCollected,
  onUsage,
  openAIEmbeddingsUsage,
  openAIStreamUsage,
  openAIUsage,
  openCall,
  openCallHere,
  operationOf,
  originOf,
  othersTracing,
  PRICES_DATE,
  parentOf,
  parts,
  pricedProviders,
  providerOf,
  resetSharedUsage,
  resetUsage,
  responseBilled,
  runAsIn,
  runsOf,
  scopeNameOf,
  scopeOf,
  seen,
  setPrice,
  statedCost,
  TokenBucket,
  tellKind,
  timingOf,
  traceSteps,
  wantsUsage,
  watchResponse,
  wholeAnswered,
  whyUntraced,
  withGatewayCost,
  withLlmAttributes,
  withLlmOptions,
} from './calls.ts';
export {
  expectConfig,
  isSwitchedOff,
  type LlmTraceConfig,
  metricAttributesOf,
  resolveConfig,
  validateConfig,
} from './config.ts';
export type { OwnPrice, PriceScope } from './cost/cost.ts';
export { note, warningOf } from './diagnosis/findings.ts';
export { watchRequests } from './diagnosis/untraced-requests.ts';
export type { Requests } from './engine/attempts/resend.ts';
export type { NativeMode } from './engine/native/native-span.ts';
export type { OpenCall } from './engine/open-call.ts';
export type { StepEnds, Steps } from './engine/operations/steps.ts';
export type { Wire } from './engine/raw-answer.ts';
export { endLeftSpans, endOpenCalls, endOpenOperations, engineCode, flushUsage } from './engine-code.ts';
export type { CallErrorType, ErrorCategory, ErrorInfo } from './errors/index.ts';
export {
  isRefusal,
  LlmTraceError,
  REFUSALS,
  type Refusal,
  type RefusalDetails,
} from './errors/llmtrace-error.ts';
export { type InstrumentationEntry, LlmInstrumentation } from './instrumentation.ts';
export type { BudgetReading } from './interceptors/budget.ts';
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
export type { TokenBucketOptions } from './interceptors/token-bucket.ts';
export { PARTS, type WindowRule } from './interceptors/windows.ts';
export { late } from './late.ts';
export type {
  AgentOperation,
  McpRequest,
  OperationKind,
  OperationOutcome,
  OperationSubject,
  RollUp,
  ToolContent,
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
export type { SentRequests, UntracedCalls } from './model/sent-requests.ts';
export {
  COST_UNIT,
  type Dimensions,
  NO_USAGE,
  type SharedTotals,
  type UsageField,
  type UsageRow,
  type UsageTotals,
} from './model/usage-totals.ts';
export type { CostSemconv, Semconv } from './observers/conventions.ts';
export type { Hooks, Timing } from './observers/hooks.ts';
export type { AnyLogger } from './observers/log/adapters.ts';
export { LOG_MODES, type LogMode, type LogOptions } from './observers/log/options.ts';
export { newerLoggerProvider } from './observers/newer-logger-provider.ts';
export type { SpanHooks } from './observers/span-hooks.ts';
export type { CallUsage, SharedUsageReport, UsageQuery, UsageReport } from './observers/usage/usage.ts';
export { OPTION_TABLE } from './option-tables.ts';
export type { Environment } from './options/environment.ts';
export {
  capped,
  checked,
  checkedValue,
  expectKnown,
  expectNames,
  flag,
  fromEnvironment,
  isRecord,
  list,
  oneOf,
  path,
  port,
  positiveInteger,
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
export { clearTimeout, outside, setTimeout } from './platform/at-start.ts';
export { copyWith, derivedFrom } from './platform/copy-with.ts';
export { fillRandom, randomHex } from './platform/crypto.ts';
export { loadOptional, optionalRoots } from './platform/load-optional.ts';
export { isLocalHost } from './platform/local-host.ts';
export { manifestIn, versionOf } from './platform/packages.ts';
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
export { MAX_TIMER } from './platform/timers.ts';
export { alarmOnce, warn, warnOnce } from './platform/warn.ts';
export type { AnswerFailure } from './vendor/answer-failure.ts';
export type { AnswerHeaders } from './vendor/answer-headers.ts';
export { isExcluded } from './vendor/excluded.ts';
export type { HostProvider, UsageDialect } from './vendor/hosts.ts';
export type { BilledReading } from './vendor/openai-billing.ts';
export type { UsageReading } from './vendor/openai-usage.ts';
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
  type EndpointPoint,
  type FunctionPoint,
  type NativeSpans,
  noModelCalls,
  type OperationPoint,
  type PatchedCall,
  type PatchPoint,
  type Vendor,
} from './vendor/vendor.ts';
