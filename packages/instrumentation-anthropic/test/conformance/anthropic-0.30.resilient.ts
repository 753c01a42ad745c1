import { vendorCase } from '@llmtrace/test-fixtures/cases/anthropic';
import { describeConformance } from '@llmtrace/test-fixtures/conformance';
import { resilient } from './subject.ts';

describeConformance(vendorCase, resilient, ['anthropic-0.30']);
