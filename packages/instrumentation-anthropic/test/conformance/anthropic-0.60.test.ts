import { vendorCase } from '@llmtrace/test-fixtures/cases/anthropic';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import { plain } from './subject.ts';

describeConformance(vendorCase, plain, ['anthropic-0.60']);
