// The demo: an application that contains nothing of ours (demo/app.mjs), written against the real SDKs, runs under
// `--import @llmtrace/auto` against a vendor on this machine. Its spans go to an OTLP receiver on this machine too,
// and are printed as trees. At a terminal, or with --view, the viewer shows them, too.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MODEL_MAP, startVendorServer } from '@llmtrace/test-fixtures/server';
import { openBrowser, startViewer } from '@llmtrace/view';
import { startReceiver } from '../lib/receiver.mjs';

const app = fileURLToPath(new URL('app.mjs', import.meta.url));

const plain = ({ stringValue, intValue, doubleValue, boolValue, arrayValue }) =>
  arrayValue?.values.map(plain).join(',') ?? stringValue ?? intValue ?? doubleValue ?? boolValue;

/** The main attributes of a call, in a few words. */
function detail({ attributes = [], status }) {
  const of = Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
  const cost = of['gen_ai.usage.cost'];
  const run = of['llmtrace.agent.model_calls'] !== undefined;
  return [
    of['gen_ai.usage.input_tokens'] && `${of['gen_ai.usage.input_tokens']} in`,
    of['gen_ai.usage.output_tokens'] && `${of['gen_ai.usage.output_tokens']} out`,
    of['gen_ai.usage.cache_read.input_tokens'] > 0 && `${of['gen_ai.usage.cache_read.input_tokens']} cached`,
    of['gen_ai.usage.reasoning.output_tokens'] > 0 &&
      `${of['gen_ai.usage.reasoning.output_tokens']} reasoning`,
    cost !== undefined && `$${Number(cost).toFixed(6)}`,
    run &&
      `in all ${of['llmtrace.agent.model_calls']} calls, ${of['llmtrace.agent.tool_calls']} tools, ` +
        `${of['llmtrace.agent.input_tokens']} in, ${of['llmtrace.agent.output_tokens']} out, ` +
        `$${Number(of['llmtrace.agent.cost']).toFixed(6)}`,
    of['gen_ai.response.finish_reasons'],
    of['http.request.resend_count'] && `${of['http.request.resend_count']} resent`,
    status?.code === 2 && of['error.type'],
  ]
    .filter(Boolean)
    .join(' · ');
}

const length = ({ startTimeUnixNano, endTimeUnixNano }) =>
  `${(Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6).toFixed(0)} ms`;

function printTree(spans, span, indent = '') {
  console.log(
    `${indent}${span.name.padEnd(44 - indent.length)} ${length(span).padStart(7)}  ${detail(span)}`,
  );
  for (const child of spans.filter(({ parentSpanId }) => parentSpanId === span.spanId)) {
    printTree(spans, child, `${indent}  `);
  }
}

const vendor = await startVendorServer({ latency: 20, gap: 5 });
const receiver = await startReceiver();
const isTerminal = process.stdout.isTTY === true && !process.env.CI;
const hasOption = process.argv.includes('--view');
// The application sends to the viewer, which forwards to the receiver.
const forward = { endpoint: receiver.url, headers: {} };
const viewer = isTerminal || hasOption ? await startViewer({ port: 0, forward }) : undefined;
const child = spawn(process.execPath, ['--import', '@llmtrace/auto', app], {
  stdio: 'inherit',
  env: {
    ...process.env,
    OPENAI_API_KEY: 'sk-demo',
    OPENAI_BASE_URL: `${vendor.url}/v1`,
    ANTHROPIC_API_KEY: 'sk-ant-demo',
    ANTHROPIC_BASE_URL: vendor.url,
    GEMINI_API_KEY: 'demo',
    GOOGLE_GEMINI_BASE_URL: vendor.url,
    OTEL_SERVICE_NAME: 'shop',
    OTEL_EXPORTER_OTLP_ENDPOINT: viewer?.url ?? receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    LLMTRACE_CONSOLE: 'true',
    LLMTRACE_MODEL_MAP: MODEL_MAP,
  },
});
const [code] = await once(child, 'exit');
for (let wait = 0; wait < 100 && receiver.spans.length < (viewer?.store.spans ?? 0); wait++)
  await setTimeout(20);

console.log('\nThe traces, as an OTLP receiver got them:\n');
const ids = new Set(receiver.spans.map(({ spanId }) => spanId));
for (const root of receiver.spans.filter(({ parentSpanId }) => !ids.has(parentSpanId))) {
  printTree(receiver.spans, root);
}
console.log(`
Yours: node --import @llmtrace/auto app.mjs
       OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 sends traces and metrics to your collector.
       README.md has the table of all variables.`);
if (viewer) {
  console.log(`\nThe same calls in the viewer: ${viewer.url}${isTerminal ? '    Ctrl+C ends it' : ''}`);
  if (isTerminal && hasOption) openBrowser(viewer.url);
  if (isTerminal) await once(process, 'SIGINT');
  await viewer.close();
}
receiver.close();
await vendor.close();
process.exitCode = code ?? 1;
