import { vendorCase } from '@llmtrace/test-fixtures/cases/google-genai';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import { resilient } from './subject.ts';

describeConformance(vendorCase, resilient, ['genai-1']);
