/** How answers of OpenAI's API are read, whoever serves it: for instrumentations of SDKs that speak it. */
export { type AnswerFailure, answerFailure } from './answer-failure.ts';
export { dialectOf, type UsageDialect } from './hosts.ts';
export { allImage, type BilledReading, billing, chatBilled, responseBilled } from './openai-billing.ts';
export { openAIEmbeddingsUsage, openAIStreamUsage, openAIUsage, type UsageReading } from './openai-usage.ts';
