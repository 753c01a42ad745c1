import { vendorCase } from '@llmtrace/test-fixtures/cases/openai';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import * as subjects from './subject.ts';

describeConformance(vendorCase, subjects, ['openai-4']);
