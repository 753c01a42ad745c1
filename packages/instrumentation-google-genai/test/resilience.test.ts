import { vendorCase } from '@llmtrace/test-fixtures/cases/google-genai';
import { describeResilience } from '@llmtrace/test-fixtures/resilience';
import { GoogleGenAIInstrumentation } from '../src/index.ts';

describeResilience(vendorCase, {
  create: (config) => new GoogleGenAIInstrumentation(config),
  numbered: false,
});
