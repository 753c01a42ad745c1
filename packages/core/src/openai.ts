/**
 * `@llmtrace/core/openai`: reads the answers of OpenAI and of the many hosts that speak its protocols, for their
 * instrumentations.
 */
export {
  allImage,
  type BilledReading,
  chatBilled,
  dialectOf,
  foldChatBilled,
  openAIEmbeddingsUsage,
  openAIStreamUsage,
  openAIUsage,
  responseBilled,
  statedCost,
  type UsageDialect,
  type UsageReading,
  withGatewayCost,
} from './internal.ts';
