import { vendorCase } from '@llmtrace/test-fixtures/cases/google-generative-ai';
import { describeAllCopies } from '@llmtrace/test-fixtures/conformance';
import * as subjects from './subject.ts';

describeAllCopies(vendorCase, subjects);
