import { llmtrace } from '@llmtrace/auto';
import { afterAll } from 'vitest';

afterAll(() => llmtrace.flush());
