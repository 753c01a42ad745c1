import { vendorCase } from '@llmtrace/test-fixtures/cases/openai';
import { describeAllCopies } from '@llmtrace/test-fixtures/conformance';
import { plain } from './subject.ts';

describeAllCopies(vendorCase, plain);
