import { vendorCase } from '@llmtrace/test-fixtures/cases/aws-bedrock';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import * as subjects from './subject.ts';

describeConformance(vendorCase, subjects, ['bedrock-3']);
