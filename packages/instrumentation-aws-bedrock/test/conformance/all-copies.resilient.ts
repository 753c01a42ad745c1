import { vendorCase } from '@llmtrace/test-fixtures/cases/aws-bedrock';
import { describeAllCopies } from '@llmtrace/test-fixtures/conformance';
import { resilient } from './subject.ts';

describeAllCopies(vendorCase, resilient);
