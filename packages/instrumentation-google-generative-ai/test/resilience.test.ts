import { vendorCase } from '@llmtrace/test-fixtures/cases/google-generative-ai';
import { describeResilience } from '@llmtrace/test-fixtures/resilience';
import { GoogleGenerativeAIInstrumentation } from '../src/index.ts';

describeResilience(vendorCase, {
  create: (config) => new GoogleGenerativeAIInstrumentation(config),
  numbered: false,
});
