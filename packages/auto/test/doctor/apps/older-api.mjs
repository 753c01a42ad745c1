// Registers a provider with a copy of OpenTelemetry's API that is older than llmtrace's: OLDER_API names its folder.
import { createRequire } from 'node:module';

const { INVALID_SPAN_CONTEXT, trace } = createRequire(import.meta.url)(process.env.OLDER_API);
const startSpan = () => trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) });
