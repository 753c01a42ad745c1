import { vendorCase } from '@llmtrace/test-fixtures/cases/anthropic';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import * as subjects from './subject.ts';

describeConformance(vendorCase, subjects, ['anthropic-1']);
