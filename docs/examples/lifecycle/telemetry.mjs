import { llmtrace } from '@llmtrace/auto';

llmtrace.start({
  serviceName: 'shop',
  retry: { maxRetries: 2 },
  instrumentations: ['openai'],
});
