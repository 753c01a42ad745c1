// Has the requests of node:http traced, those of ES modules too, by an instrumentation and no SDK, and makes one.
import { register } from 'node:module';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });
const { get } = await import('http');
setTimeout(() => get(process.env.OTEL_EXPORTER_OTLP_ENDPOINT, (response) => response.resume()), 500);
