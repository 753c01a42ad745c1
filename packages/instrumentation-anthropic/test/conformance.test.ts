import { vendorCase } from '@llmtrace/test-fixtures/cases/anthropic';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import { AnthropicInstrumentation } from '../src/index.ts';

describeConformance(vendorCase, {
  create: (config) => new AnthropicInstrumentation(config),
  module: import.meta.resolve('../src/index.ts'),
  className: 'AnthropicInstrumentation',
});
