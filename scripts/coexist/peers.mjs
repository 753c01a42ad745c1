// Who else traces (or wraps) openai's SDK, and how each is set up: as its own documentation says, and with nowhere to send
// anything but this machine. `SINK` is the URL of a server there that takes everything.

/** OpenTelemetry's own set-up with one instrumentation, and the hook for ES modules that its documentation names. */
const nodeSdk = (name, className) => `
import { register } from 'node:module';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { ${className} } from '${name}';
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
const sdk = new NodeSDK({ instrumentations: [new ${className}()] });
sdk.start();
globalThis.flushOthers = () => sdk.shutdown();
`;
const OTEL_2 = [
  '@opentelemetry/api@1.9.1',
  '@opentelemetry/sdk-node@0.223.0',
  '@opentelemetry/instrumentation@0.223.0',
];
const OTEL_3 = [
  '@opentelemetry/api@1.10.0',
  '@opentelemetry/sdk-node@0.301.0',
  '@opentelemetry/instrumentation@0.301.0',
];

/** The oldest Node.js that llmtrace runs on, and the one that applications should run on. */
export const NODES = ['20', '24'];
/** OpenTelemetry's newer line needs Node.js 22.15. */
const NEEDS_22_15 = { since: 22, needs: 'Node.js 22.15' };

const WRAPPER = 'the application calls the wrapper by itself, and so knows of it';
const NO_ESM = 'as it is set up here, it does not see ES modules';
const ADOPTED = 'its spans are those of the calls, which llmtrace completes: a call has one span';
const NO_METRICS =
  'its set-up registers a provider of traces and none of metrics, and llmtrace exports nothing by itself beside a registered provider';

/**
 * `packages` are installed beside openai; `setup` is a module for `--import`, as text or by its name; `wrap` is a
 * module that exports what an application calls on its client; `hosts` make spans of the application beside those of
 * its calls; `since` is the oldest major of Node.js that it runs on, and `needs` that in words. `empty` has the reasons
 * for what it has not, `emptyEsm` for what it has not in ES modules.
 */
export const PEERS = [
  {
    name: '@opentelemetry/auto-instrumentations-node',
    packages: ['@opentelemetry/auto-instrumentations-node@0.82.0', ...OTEL_3],
    ...NEEDS_22_15,
    setup: `
import { register } from 'node:module';
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
await import('@opentelemetry/auto-instrumentations-node/register');
`,
    env: () => ({ OTEL_NODE_RESOURCE_DETECTORS: 'none' }),
    hosts: ['http', 'express', 'undici'],
    empty: { names: ADOPTED },
  },
  {
    name: '@opentelemetry/instrumentation-openai',
    packages: ['@opentelemetry/instrumentation-openai@0.22.0', ...OTEL_3],
    ...NEEDS_22_15,
    empty: { names: ADOPTED },
    setup: nodeSdk('@opentelemetry/instrumentation-openai', 'OpenAIInstrumentation'),
  },
  {
    name: '@sentry/node',
    packages: ['@sentry/node@11.12.0', '@opentelemetry/api@1.9.1'],
    setup: `
import * as Sentry from '@sentry/node';
Sentry.init({ dsn: process.env.SINK.replace('//', '//key@') + '/1', tracesSampleRate: 1 });
globalThis.flushOthers = () => Sentry.flush(2000);
`,
    hosts: ['http_server', 'express', 'fetch'],
  },
  {
    name: 'dd-trace',
    packages: ['dd-trace@6.21.0', '@opentelemetry/api@1.9.1'],
    since: 22,
    needs: 'Node.js 22',
    setup: 'dd-trace/initialize.mjs',
    env: (sink) => ({
      DD_TRACE_AGENT_URL: sink,
      DD_TRACE_STARTUP_LOGS: 'false',
      DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
    }),
    hosts: ['http', 'express', 'fetch'],
  },
  {
    name: '@traceloop/node-server-sdk',
    packages: ['@traceloop/node-server-sdk@0.27.0', '@opentelemetry/api@1.9.1'],
    empty: { metrics: NO_METRICS, names: ADOPTED },
    emptyEsm: { spans: NO_ESM, names: NO_ESM },
    setup: `
import { initialize, forceFlush } from '@traceloop/node-server-sdk';
initialize({ baseUrl: process.env.SINK, apiKey: 'key', disableBatch: true, silenceInitializationMessage: true });
globalThis.flushOthers = () => forceFlush();
`,
  },
  {
    name: '@arizeai/openinference-instrumentation-openai',
    packages: ['@arizeai/openinference-instrumentation-openai@4.2.7', ...OTEL_2],
    empty: { names: ADOPTED },
    emptyEsm: { spans: NO_ESM, names: NO_ESM },
    setup: nodeSdk('@arizeai/openinference-instrumentation-openai', 'OpenAIInstrumentation'),
  },
  {
    name: 'openlit',
    packages: ['openlit@1.15.0', '@opentelemetry/api@1.9.1'],
    empty: { metrics: NO_METRICS },
    emptyEsm: { spans: NO_ESM, names: NO_ESM },
    setup: `
import 'openlit/register';
import { trace } from '@opentelemetry/api';
globalThis.flushOthers = () => trace.getTracerProvider().getDelegate?.().forceFlush?.();
`,
  },
  {
    name: '@langfuse/openai',
    packages: ['@langfuse/openai@5.11.1', ...OTEL_2],
    empty: { names: WRAPPER },
    setup: `
import { NodeSDK } from '@opentelemetry/sdk-node';
const sdk = new NodeSDK();
sdk.start();
globalThis.flushOthers = () => sdk.shutdown();
`,
    wrap: `
import { observeOpenAI } from '@langfuse/openai';
export const wrap = (client) => observeOpenAI(client);
`,
  },
  {
    name: 'langsmith',
    packages: ['langsmith@0.12.0', '@opentelemetry/api@1.9.1'],
    empty: { names: WRAPPER, spans: 'it sends runs, in a format of its own' },
    env: () => ({ LANGSMITH_TRACING: 'true', LANGSMITH_API_KEY: 'key' }),
    wrap: `
import { wrapOpenAI } from 'langsmith/wrappers';
process.env.LANGSMITH_ENDPOINT = process.env.SINK;
export const wrap = (client) => wrapOpenAI(client);
`,
  },
  {
    name: '@posthog/ai',
    packages: ['@posthog/ai@8.13.1', 'posthog-node', '@opentelemetry/api@1.9.1'],
    empty: { names: WRAPPER, spans: 'it sends events of its product, and no spans' },
    wrap: `
import { OpenAI } from '@posthog/ai/openai';
import { PostHog } from 'posthog-node';
const posthog = new PostHog('key', { host: process.env.SINK });
globalThis.flushOthers = () => posthog.shutdown();
export const wrap = () => new OpenAI({ posthog, apiKey: 'sk-test', maxRetries: 0 });
`,
  },
];

/** The major versions of Node.js that a peer is tried on. */
export const nodesOf = ({ since = 0 }) => NODES.filter((major) => Number(major) >= since);

/** The orders in which a peer and llmtrace can be loaded; a wrapper comes when the application calls it. */
export const ordersOf = ({ setup }) => [...(setup ? [['peer', 'llmtrace']] : []), ['llmtrace', 'peer']];

/** Why cells of a peer are empty. */
export const whyEmpty = ({ empty, emptyEsm }, format) => ({
  ...empty,
  ...(format === 'esm' ? emptyEsm : {}),
});
