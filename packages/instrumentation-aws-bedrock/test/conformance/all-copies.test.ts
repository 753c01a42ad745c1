import { vendorCase } from '@llmtrace/test-fixtures/cases/aws-bedrock';
import { describeAllCopies } from '@llmtrace/test-fixtures/conformance';
import { plain } from './subject.ts';

describeAllCopies(vendorCase, plain);
