// The smoke test: an application in a separate process. An OTLP receiver must get a span and metrics of each of its
// two calls exactly once, with tokens and cost.
import { runApp } from '@llmtrace/test-fixtures/run-app';
import { MODEL_MAP } from '@llmtrace/test-fixtures/server';
import { nodeOf } from '../lib/npm.mjs';
import { callsCountedBy, exportTo, startReceiver } from '../lib/receiver.mjs';
import { vendorEnvironment } from '../lib/vendors.mjs';

const BOUND = 60_000;
const WANTED = ['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens', 'gen_ai.usage.cost'];

/** Runs an application. Returns undefined if it passes, else the failure. */
export async function smoke({ node, cwd, format, way, vendor }) {
  const receiver = await startReceiver();
  const { before = [], after = [], file } = format;
  const result = await runApp(file, {
    ...{ node: nodeOf(node), cwd, timeout: BOUND },
    flags: [...before, ...way.flags, ...after],
    env: {
      ...vendorEnvironment(vendor.url),
      LLMTRACE_MODEL_MAP: MODEL_MAP,
      ...exportTo(receiver.url),
      ...way.env,
    },
  });
  receiver.close();
  return judge(result, receiver);
}

function judge({ code, signal, stdout, stderr }, { spans, metrics }) {
  if (code !== 0) return `it ended with ${signal ?? code}: ${stderr.slice(-1500)}`;
  if (stdout !== 'true\n') return `it printed ${JSON.stringify(stdout)}`;
  if (stderr !== '') return `it printed on stderr: ${stderr.slice(-1500)}`;
  if (spans.length !== 2) return `${spans.length} spans in place of 2`;
  const missing = WANTED.filter(
    (name) => !spans.every(({ attributes }) => attributes.some(({ key }) => key === name)),
  );
  if (missing.length > 0) return `no ${missing.join(', ')}`;
  const counted = callsCountedBy(metrics);
  return counted === 2 ? undefined : `the metrics count ${counted} calls in place of 2`;
}
