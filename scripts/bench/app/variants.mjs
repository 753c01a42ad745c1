/**
 * What the application is run with. All export over OTLP, compressed, every two seconds where that can be set; Sentry
 * and dd-trace have formats of their own. Packages and their versions are those of `npm run test:coexist`.
 */
import { PEERS } from '../../coexist/peers.mjs';

const OTLP = (sink) => ({
  OTEL_SERVICE_NAME: 'chat-proxy',
  OTEL_EXPORTER_OTLP_ENDPOINT: sink,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_METRICS_EXPORTER: 'otlp',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_NODE_RESOURCE_DETECTORS: 'none',
  OTEL_METRIC_EXPORT_INTERVAL: '2000',
  OTEL_METRIC_EXPORT_TIMEOUT: '1500',
});
/** The models of the vendor on loopback have OpenAI's prices. */
const PRICES = { LLMTRACE_MODEL_MAP: 'gpt-4o-mini=openai:gpt-4o-mini' };

const API = '@opentelemetry/api@1.9.1';
const SDK = [API, '@opentelemetry/sdk-node@0.223.0', '@opentelemetry/instrumentation@0.223.0'];

const peer = (name) => PEERS.find((entry) => entry.name === name);
const ofPeer = (name, more = {}) => {
  const { packages, setup, since, env = () => ({}) } = peer(name);
  return {
    ...{ packages, setup, since, mayFail: true },
    env: (sink) => ({ ...OTLP(sink), SINK: sink, ...env(sink) }),
    ...more,
  };
};

/**
 * By name. `packages` are installed beside the frameworks and openai; with `llmtrace`, this repository's packages, too.
 * `setup` is a module for `--import`, as text or by its name; `since` the oldest major of Node.js. `quick`: part of the
 * short cut, which installs nothing; `mayFail`: as `measure()` has it.
 */
export const VARIANTS = {
  bare: { quick: true, packages: [API], env: () => ({}) },
  'OpenTelemetry alone': {
    ...{ packages: SDK, env: OTLP },
    setup: `
import { NodeSDK } from '@opentelemetry/sdk-node';
new NodeSDK({ instrumentations: [] }).start();
`,
  },
  'llmtrace, --import': {
    ...{ quick: true, llmtrace: true, packages: [API], setup: '@llmtrace/auto' },
    env: (sink) => ({ ...OTLP(sink), ...PRICES }),
  },
  'llmtrace, NodeSDK': {
    ...{ llmtrace: true, packages: SDK },
    env: (sink) => ({ ...OTLP(sink), ...PRICES }),
    setup: `
import '@llmtrace/auto/hook';
import { llmtraceInstrumentations } from '@llmtrace/auto/instrumentations';
import { NodeSDK } from '@opentelemetry/sdk-node';
new NodeSDK({ instrumentations: [...llmtraceInstrumentations()] }).start();
`,
  },
  'instrumentation-openai': ofPeer('@opentelemetry/instrumentation-openai'),
  'auto-instrumentations': ofPeer('@opentelemetry/auto-instrumentations-node'),
  Traceloop: ofPeer('@traceloop/node-server-sdk', {
    setup: `
import * as traceloop from '@traceloop/node-server-sdk';
import * as openai from 'openai';
traceloop.initialize({
  baseUrl: process.env.SINK,
  apiKey: 'key',
  silenceInitializationMessage: true,
  instrumentModules: { openAI: openai.OpenAI },
});
`,
  }),
  OpenInference: ofPeer('@arizeai/openinference-instrumentation-openai', {
    setup: `
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai';
import { NodeSDK } from '@opentelemetry/sdk-node';
import * as openai from 'openai';
const instrumentation = new OpenAIInstrumentation();
new NodeSDK({ instrumentations: [instrumentation] }).start();
instrumentation.manuallyInstrument(openai.OpenAI);
`,
  }),
  OpenLIT: ofPeer('openlit'),
  Sentry: ofPeer('@sentry/node'),
  'dd-trace': ofPeer('dd-trace'),
};
