// An instrumentation that is made by itself, without `@llmtrace/auto`.
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';

new OpenAIInstrumentation().enable();
await import('./chat.mjs');
