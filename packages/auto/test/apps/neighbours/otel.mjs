// The same for ES modules, with the hook that OpenTelemetry's documentation names.
import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const line = process.env.OTEL_LINE ?? 'otel-2';
const from = createRequire(
  new URL(`../../../../../test-fixtures/sdks/${line}/package.json`, import.meta.url),
);
register('@opentelemetry/instrumentation/hook.mjs', pathToFileURL(from.resolve('@opentelemetry/sdk-node')));
const { start } = require('./otel.cjs');
if (process.env.LIST_PLACE) {
  const { llmtraceInstrumentations } = await import('@llmtrace/auto/instrumentations');
  start(llmtraceInstrumentations);
}
