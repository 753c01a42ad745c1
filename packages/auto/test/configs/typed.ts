import type { LlmTraceConfig } from '@llmtrace/core';

const config: LlmTraceConfig = { retry: { maxRetries: 1 } };
export default config;
