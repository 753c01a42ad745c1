/** OpenTelemetry's context manager. */
export { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
