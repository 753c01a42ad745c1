/** `@llmtrace/core/gemini`: what both of Google's SDKs send and get, for their instrumentations. */
export { gemini, geminiContent } from './internal.ts';
