import { vendorCase } from '@llmtrace/test-fixtures/cases/anthropic';
import { describeAllCopies } from '@llmtrace/test-fixtures/conformance';
import * as subjects from './subject.ts';

describeAllCopies(vendorCase, subjects);
