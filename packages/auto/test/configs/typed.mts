import { type AutoConfigFile, defineConfig } from '@llmtrace/auto/config';

const config: AutoConfigFile = { retry: { maxRetries: 1 }, exporters: { traces: 'none' } };
export default defineConfig(config);
