import { vendorCase } from '@llmtrace/test-fixtures/cases/google-genai';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import * as subjects from './subject.ts';

describeConformance(vendorCase, subjects, ['genai-1']);
