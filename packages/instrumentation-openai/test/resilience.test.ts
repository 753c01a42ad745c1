import { vendorCase } from '@llmtrace/test-fixtures/cases/openai';
import { describeResilience } from '@llmtrace/test-fixtures/resilience';
import { OpenAIInstrumentation } from '../src/index.ts';

describeResilience(vendorCase, {
  create: (config) => new OpenAIInstrumentation(config),
  numbered: true,
});
