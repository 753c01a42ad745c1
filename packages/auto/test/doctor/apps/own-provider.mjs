// Registers a provider whose class a minifier has named.
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';

const e = class extends BasicTracerProvider {};
trace.setGlobalTracerProvider(new e());
await import('./chat.mjs');
