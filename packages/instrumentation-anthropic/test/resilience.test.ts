import { vendorCase } from '@llmtrace/test-fixtures/cases/anthropic';
import { describeResilience } from '@llmtrace/test-fixtures/resilience';
import { AnthropicInstrumentation } from '../src/index.ts';

describeResilience(vendorCase, {
  create: (config) => new AnthropicInstrumentation(config),
  numbered: true,
});
