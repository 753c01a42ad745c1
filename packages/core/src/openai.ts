/** `@llmtrace/core/openai`: what OpenAI and the many hosts that speak its protocols answer, for instrumentations of them. */
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
