// The smoke test: an application in a separate process. An OTLP receiver must get a span and metrics of each of its
// two calls exactly once, with tokens and cost.
import { runApp } from '@llmtrace/test-fixtures/run-app';
import { MODEL_MAP } from '@llmtrace/test-fixtures/server';
import { nodeOf } from '../lib/npm.mjs';
import { startReceiver } from '../lib/receiver.mjs';

const BOUND = 60_000;
const WANTED = ['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens', 'gen_ai.usage.cost'];

/** The variables that lead the SDKs to the vendor server. */
export const vendorEnvironment = ({ url }) => ({
  ...{ OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${url}/v1` },
  ...{ ANTHROPIC_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: url },
  ...{ GEMINI_API_KEY: 'test', GOOGLE_GEMINI_BASE_URL: url },
  ...{ AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url },
  // On Node.js 20 its SDK warns that later versions will refuse that.
  ...{ AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
});

/** Runs an application. Returns undefined if it passes, else the failure. */
export async function smoke({ node, cwd, format, way, vendor }) {
  const receiver = await startReceiver();
  const { before = [], after = [], file } = format;
  const result = await runApp(file, {
    ...{ node: nodeOf(node), cwd, timeout: BOUND },
    flags: [...before, ...way.flags, ...after],
    env: {
      ...vendorEnvironment(vendor),
      LLMTRACE_MODEL_MAP: MODEL_MAP,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_METRICS_EXPORTER: 'otlp', OTEL_LOGS_EXPORTER: 'none' },
      ...way.env,
    },
  });
  receiver.close();
  return judge(result, receiver);
}

function judge({ code, signal, stdout, stderr }, { spans, metrics }) {
  if (code !== 0) return `it ended with ${signal ?? code}: ${stderr.slice(-1500)}`;
  if (stdout !== 'true\n') return `it said ${JSON.stringify(stdout)}`;
  if (stderr !== '') return `it said on stderr: ${stderr.slice(-1500)}`;
  if (spans.length !== 2) return `${spans.length} spans in place of 2`;
  const missing = WANTED.filter(
    (name) => !spans.every(({ attributes }) => attributes.some(({ key }) => key === name)),
  );
  if (missing.length > 0) return `no ${missing.join(', ')}`;
  const counted = countOf(metrics, 'gen_ai.client.operation.duration');
  return counted === 2 ? undefined : `the metrics count ${counted} calls in place of 2`;
}

/** The number of measurements of a histogram. */
export const countOf = (metrics, name) =>
  metrics
    .filter((metric) => metric.name === name)
    .flatMap(({ histogram }) => histogram.dataPoints)
    .reduce((sum, { count }) => sum + Number(count), 0);
