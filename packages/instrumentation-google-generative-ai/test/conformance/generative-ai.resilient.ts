import { vendorCase } from '@llmtrace/test-fixtures/cases/google-generative-ai';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import { resilient } from './subject.ts';

describeConformance(vendorCase, resilient, ['generative-ai']);
