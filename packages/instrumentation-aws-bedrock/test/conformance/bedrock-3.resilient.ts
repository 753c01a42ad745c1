import { vendorCase } from '@llmtrace/test-fixtures/cases/aws-bedrock';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import { resilient } from './subject.ts';

describeConformance(vendorCase, resilient, ['bedrock-3']);
