import { vendorCase } from '@llmtrace/test-fixtures/cases/openai';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import { plain } from './subject.ts';

describeConformance(vendorCase, plain, ['openai-6']);
