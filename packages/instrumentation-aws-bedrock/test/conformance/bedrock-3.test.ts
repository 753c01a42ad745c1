import { vendorCase } from '@llmtrace/test-fixtures/cases/aws-bedrock';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import { plain } from './subject.ts';

describeConformance(vendorCase, plain, ['bedrock-3']);
