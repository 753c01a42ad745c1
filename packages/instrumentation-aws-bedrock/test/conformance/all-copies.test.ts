import { vendorCase } from '@llmtrace/test-fixtures/cases/aws-bedrock';
import { describeAllCopies } from '@llmtrace/test-fixtures/conformance';
import * as subjects from './subject.ts';

describeAllCopies(vendorCase, subjects);
