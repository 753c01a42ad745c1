import { instrumentModule } from '@llmtrace/auto/manual';
import * as openai from 'openai';

instrumentModule(openai);
