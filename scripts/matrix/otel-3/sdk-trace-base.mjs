// The exports of `@opentelemetry/sdk-trace-base` 2.x that the conformance suite uses, by their names in 3.x.
import module from 'node:module';

const require = module.createRequire(
  new URL('../../../test-fixtures/sdks/otel-3/package.json', import.meta.url),
);
export const { AlwaysOffSampler, TracerProvider: BasicTracerProvider } = require('@opentelemetry/sdk-trace');
