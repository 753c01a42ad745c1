import { defineConfig } from '@llmtrace/auto/config';

export default defineConfig({
  retry: { maxRetries: 1 },
  console: false,
  profiles: {
    production: { retry: false, serviceName: 'shop' },
    test: { quiet: 'yes', semconv: 'latest' },
    broken: 7,
  },
});
