import { vendorCase } from '@llmtrace/test-fixtures/cases/openai';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import { OpenAIInstrumentation } from '../src/index.ts';

describeConformance(vendorCase, {
  create: (config) => new OpenAIInstrumentation(config),
  module: import.meta.resolve('../src/index.ts'),
  className: 'OpenAIInstrumentation',
});
