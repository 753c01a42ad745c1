// Has the conformance suite use the 3.x line of OpenTelemetry's SDK, with the API that comes with it, in place of the
// 2.x line that it is written for. To be loaded by `--import`; it needs a Node.js with hooks in the same thread, as the
// 3.x line does.
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
