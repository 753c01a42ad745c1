/** OpenTelemetry's detection of a resource. */
export { detectResources, processDetector } from '@opentelemetry/resources';
