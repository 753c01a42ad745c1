import { vendorCase } from '@llmtrace/test-fixtures/cases/google-genai';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import { plain } from './subject.ts';

describeConformance(vendorCase, plain, ['genai-3']);
