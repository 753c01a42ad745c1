import { vendorCase } from '@llmtrace/test-fixtures/cases/google-generative-ai';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import * as subjects from './subject.ts';

describeConformance(vendorCase, subjects, ['generative-ai']);
