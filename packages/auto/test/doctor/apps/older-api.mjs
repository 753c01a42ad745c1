// Registers a provider with a copy of OpenTelemetry's API that is older than llmtrace's: OLDER_API names its folder.
import { createRequire } from 'node:module';

const { trace } = createRequire(import.meta.url)(process.env.OLDER_API);
trace.setGlobalTracerProvider({ getTracer: () => trace.getTracer('none') });
