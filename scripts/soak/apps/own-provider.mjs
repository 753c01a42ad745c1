// Registers a provider of its own, and makes a call.
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import OpenAI from 'openai';

trace.setGlobalTracerProvider(new BasicTracerProvider());
await new OpenAI().chat.completions.create({ model: 'gpt-4o-mini', messages: [] });
