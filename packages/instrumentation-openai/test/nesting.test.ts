/** In applications with an OpenTelemetry set-up of their own, spans nest: the application's, ours, the request's. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { runApp } from '@llmtrace/test-fixtures/run-app';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';

interface OtlpSpan {
  name: string;
  spanId: string;
  parentSpanId?: string;
}

interface OtlpTraces {
  resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[];
}

const spansOf = ({ resourceSpans }: OtlpTraces): OtlpSpan[] =>
  resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const sdks = (set: string) => here(`../../../test-fixtures/sdks/${set}/package.json`);
/** The hook that `@llmtrace/auto/hook` registers, straight from its source. */
const HOOK = '@llmtrace/auto/hook';

describe('the spans of a call, in an application with its own OpenTelemetry', () => {
  const spans: OtlpSpan[] = [];
  let vendor: VendorServer;
  let receiver: Loopback;

  before(async () => {
    vendor = await startVendorServer();
    receiver = await serve(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      if (request.url === '/v1/traces') {
        spans.push(...spansOf(JSON.parse(Buffer.concat(parts).toString())));
      }
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  after(async () => {
    await Promise.all([receiver.close(), vendor.close()]);
  });

  async function runHost(host: string, sdk: string, format: string): Promise<void> {
    spans.length = 0;
    const flags = ['--no-warnings', '--conditions=llmtrace:source', '--import', HOOK];
    const env = {
      HOST: sdks(host),
      SDK: sdks(sdk),
      FORMAT: format,
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    };
    const setUp = ['--import', here('apps/host-setup.mjs')];
    const { code, stderr } = await runApp(here('apps/host-app.mjs'), { flags: [...flags, ...setUp], env });
    assert.equal(code, 0, stderr);
  }

  /** The names of the spans, each with those beneath it. The telemetry's own requests are left out. */
  function tree(parent: string): unknown[] {
    return spans
      .filter(({ parentSpanId }) => parentSpanId === parent)
      .map(({ name, spanId }) => [name, ...tree(spanId)]);
  }

  for (const host of ['otel-2', 'otel-3']) {
    for (const sdk of ['openai-4', 'openai-7']) {
      for (const format of ['cjs', 'esm']) {
        it(`nest on ${host} with ${sdk} as ${format}`, async () => {
          await runHost(host, sdk, format);
          const root = spans.find(({ name }) => name === 'app');
          assert.ok(root, 'the span of the application');
          assert.deepEqual(tree(root.spanId), [
            ['chat gpt-4o-mini', ['POST']],
            ['chat gpt-4o-mini', ['POST']],
            ['chat fail-500', ['POST'], ['POST']],
          ]);
        });
      }
    }
  }
});
