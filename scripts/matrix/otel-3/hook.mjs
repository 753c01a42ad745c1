// Redirects the conformance suite from OpenTelemetry's SDK 2.x, for which it is written, to 3.x and its API. Load it
// by `--import`. It needs a Node.js with module hooks in the same thread, as the 3.x line does.
import module from 'node:module';

const HOST = new URL('../../../test-fixtures/sdks/otel-3/package.json', import.meta.url).href;
const SDK = {
  '@opentelemetry/sdk-metrics': '@opentelemetry/sdk-metrics',
  '@opentelemetry/sdk-trace-base': new URL('sdk-trace-base.mjs', import.meta.url).href,
};

module.registerHooks({
  resolve(specifier, context, next) {
    const isKit = context.parentURL?.includes('/test-fixtures/kit/');
    if (specifier === '@opentelemetry/api') return next(specifier, { ...context, parentURL: HOST });
    if (isKit && specifier in SDK) return next(SDK[specifier], { ...context, parentURL: HOST });
    return next(specifier, context);
  },
});
