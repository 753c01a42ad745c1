// Makes everything share the API of HOST, as in an application that has but one copy of it.
import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const api = pathToFileURL(createRequire(process.env.HOST).resolve('@opentelemetry/api')).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@opentelemetry/api' ? { url: api, shortCircuit: true } : next(specifier, context),
});
