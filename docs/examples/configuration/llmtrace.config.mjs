import { defineConfig } from '@llmtrace/auto/config';

export default defineConfig({
  serviceName: 'shop',
  exporters: { endpoint: 'http://127.0.0.1:4318' },
  retry: { maxRetries: 2 },
  interceptors: [
    (call, next) => {
      if (call.request.model === 'gpt-4') throw new Error('gpt-4 is not used any more');
      return next();
    },
  ],
  profiles: {
    production: { budget: { usd: 50, window: 'day' }, console: false },
    test: { exporters: { traces: 'none', metrics: 'none', logs: 'none' }, quiet: true },
  },
});
