import { instrumentClient } from '@llmtrace/auto/manual';
import OpenAI from 'openai';

export const openai = instrumentClient(new OpenAI());
