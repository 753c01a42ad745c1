/**
 * What is needed from the first call on: three quarters of the engine's code. The packages load it with the first call, or
 * with the first use of one of the names that `internal.ts` exports from here.
 */
export { engineOf, openSharedLimits } from './assemble.ts';
export { getLlmAttributes, withLlmAttributes } from './attribution/attributes.ts';
export { attributionOf } from './attribution/resolve.ts';
export { runAsIn, scopeOf } from './attribution/scope.ts';
export { activeOptions, withLlmOptions } from './call-options.ts';
export { clearPrices, findPrice, loadPrices, PRICES_DATE, pricedProviders, setPrice } from './cost/cost.ts';
export { whyUntraced } from './diagnosis/explain-untraced.ts';
export { alsoTraced, hasAdopted, othersTracing } from './diagnosis/other-instrumentations.ts';
export { tellKind } from './diagnosis/untraced-kinds.ts';
export { attemptBeneath } from './engine/attempts/intercept.ts';
export { isRepeatable } from './engine/attempts/resend.ts';
export { attempted, inCall, openCallHere } from './engine/attempts/watch.ts';
export { askUsage, wantsUsage } from './engine/engine.ts';
export { endLeftSpans } from './engine/native/framework-span.ts';
export { scopeNameOf } from './engine/native/model-spans.ts';
export {
  close,
  endIdleCalls,
  endOpenCalls,
  eventArrived,
  headersArrived,
  isOnlyUsage,
  onCollected,
  openCall,
  seen,
  wholeAnswered,
} from './engine/open-call.ts';
export { isUnderWay } from './engine/open-calls.ts';
export { endOpenOperations } from './engine/operations/open-operation.ts';
export { currentSteps, traceSteps } from './engine/operations/steps.ts';
export { watchResponse } from './engine/raw-response.ts';
export * from './errors/index.ts';
export * as geminiContent from './gemini/content.ts';
export * as gemini from './gemini/generate-content.ts';
export { budgetReadings } from './interceptors/budget.ts';
export { TokenBucket } from './interceptors/token-bucket.ts';
export { isToolCall, operationOf, parentOf, runsOf } from './model/agent-operation.ts';
export { attributionAttributes } from './observers/attributes.ts';
export { timingOf } from './observers/hooks.ts';
export { KeptMeasurements } from './observers/metrics/kept-measurements.ts';
export {
  flushUsage,
  getSharedUsage,
  getUsage,
  onUsage,
  resetSharedUsage,
  resetUsage,
} from './observers/usage/usage.ts';
export { lookForOthers, patchedCall } from './patched-call.ts';
export { answerFailure } from './vendor/answer-failure.ts';
export { addHeaders, answerHeaders } from './vendor/answer-headers.ts';
export { dialectOf, providerOf } from './vendor/hosts.ts';
export { metadataAttributes } from './vendor/metadata.ts';
export {
  allImage,
  billing,
  chatBilled,
  costOfGateway,
  foldChatBilled,
  responseBilled,
  withGatewayCost,
} from './vendor/openai-billing.ts';
export { openAIEmbeddingsUsage, openAIStreamUsage, openAIUsage, statedCost } from './vendor/openai-usage.ts';
export * as parts from './vendor/parts.ts';
export { originOf } from './vendor/provider.ts';
export { addResult } from './vendor/results.ts';
