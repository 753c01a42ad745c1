import { vendorCase } from '@llmtrace/test-fixtures/cases/google-genai';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import { GoogleGenAIInstrumentation } from '../src/index.ts';

describeConformance(vendorCase, {
  create: (config) => new GoogleGenAIInstrumentation(config),
  module: import.meta.resolve('../src/index.ts'),
  className: 'GoogleGenAIInstrumentation',
});
