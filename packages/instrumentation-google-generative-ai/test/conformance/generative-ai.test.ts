import { vendorCase } from '@llmtrace/test-fixtures/cases/google-generative-ai';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import { plain } from './subject.ts';

describeConformance(vendorCase, plain, ['generative-ai']);
