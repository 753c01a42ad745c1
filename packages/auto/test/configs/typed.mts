import { defineConfig, type LlmtraceConfigFile } from '@llmtrace/auto/config';

const config: LlmtraceConfigFile = { retry: { maxRetries: 1 }, exporters: { traces: 'none' } };
export default defineConfig(config);
