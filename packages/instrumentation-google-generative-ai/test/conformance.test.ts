import { vendorCase } from '@llmtrace/test-fixtures/cases/google-generative-ai';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import { GoogleGenerativeAIInstrumentation } from '../src/index.ts';

describeConformance(vendorCase, {
  create: (config) => new GoogleGenerativeAIInstrumentation(config),
  module: import.meta.resolve('../src/index.ts'),
  className: 'GoogleGenerativeAIInstrumentation',
});
