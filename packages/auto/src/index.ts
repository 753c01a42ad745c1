/**
 * `node --import @llmtrace/auto app`: traces every LLM call of the application, which is not changed. It also works
 * as `--require`, in `NODE_OPTIONS`, and in worker threads, each of which is traced by itself.
 */
import { start } from './start.ts';

export type { AutoConfig, AutoOptions, ExporterName, ExporterOptions } from './auto-options.ts';
export { type FlushOptions, type Llmtrace, type LlmtraceStatus, llmtrace } from './llmtrace.ts';

start();
