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
  type UsageDialect,
  type UsageReading,
} from './internal.ts';
