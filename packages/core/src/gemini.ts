/** `@llmtrace/core/gemini`: the requests and answers that both of Google's SDKs share, for their instrumentations. */
export { gemini, geminiContent } from './internal.ts';
