import { vendorCase } from '@llmtrace/test-fixtures/cases/openai';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import { resilient } from './subject.ts';

describeConformance(vendorCase, resilient, ['openai-5']);
