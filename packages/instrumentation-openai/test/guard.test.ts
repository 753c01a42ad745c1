/** What must not happen whatever the environment and OpenTelemetry do. */
import assert from 'node:assert/strict';
import { tracingChannel } from 'node:diagnostics_channel';
import { loadSdk } from '@llmtrace/test-fixtures/sdks';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';
import { createTelemetry, recordDiag } from '@llmtrace/test-fixtures/telemetry';
import { createNoopMeter, type MeterProvider } from '@opentelemetry/api';
import { OpenAIInstrumentation } from '../src/index.ts';

const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] };
const telemetry = createTelemetry();

describe('an application that is instrumented', () => {
  let vendor: VendorServer;
  let instrumentation: OpenAIInstrumentation;
  let client: any;

  before(async () => {
    vendor = await startVendorServer();
    instrumentation = telemetry.install(new OpenAIInstrumentation());
    const { exports } = await loadSdk({ set: 'openai-5', package: 'openai', format: 'cjs' });
    client = new exports.OpenAI({ apiKey: 'sk-test', baseURL: `${vendor.url}/v1` });
  });
  beforeEach(async () => {
    telemetry.install(instrumentation);
    await telemetry.reset();
  });
  after(async () => {
    instrumentation.disable();
    await vendor.close();
  });

  it('gets its answer where a provider gives meters that make nothing', async () => {
    instrumentation.setMeterProvider({ getMeter: () => ({}) } as unknown as MeterProvider);
    assert.ok((await client.chat.completions.create(body)).id);
  });

  it('gets its answer, and a span, where meters have no gauges yet', async () => {
    instrumentation.setConfig({ retry: true });
    const meter = Object.assign(Object.create(createNoopMeter()), { createGauge: undefined });
    instrumentation.setMeterProvider({ getMeter: () => meter });
    assert.ok((await client.chat.completions.create(body)).id);
    assert.equal(telemetry.spans().length, 1);
    instrumentation.setConfig({});
  });

  it('finds the methods of its promises called what they were called, and as hidden', async () => {
    const promise = client.chat.completions.create(body);
    const methods = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(promise));
    for (const [name, length] of Object.entries({ asResponse: 0, _thenUnwrap: 1 })) {
      const { value, enumerable } = methods[name] as PropertyDescriptor;
      assert.deepEqual([value.name, value.length, enumerable], [name, length, false]);
    }
    await promise;
  });

  it('has the tokens of a raw answer that it reads from a clone', async () => {
    const response = await client.chat.completions.create(body).asResponse();
    await response.clone().json();
    assert.equal(telemetry.spans()[0]?.attributes['gen_ai.usage.input_tokens'], 1346);
  });

  it('is told once who else traces its calls', async () => {
    const other = tracingChannel('apm:openai:request').start;
    const listener = () => {};
    const recorder = recordDiag();
    other.subscribe(listener);
    try {
      for (const _ of [1, 2])
        await client.embeddings.create({ model: 'text-embedding-3-small', input: 'hello' });
    } finally {
      other.unsubscribe(listener);
      recorder.stop();
    }
    const lines = recorder.lines.map(({ text }) => text);
    assert.equal(lines.length, 1, lines.join());
    assert.match(lines[0] ?? '', /^llmtrace: calls of openai are also traced by dd-trace/);
  });

  it('has the tokens of an answer whose body it only looked at before', async () => {
    const promise = client.chat.completions.create(body);
    const { body: raw } = await promise.asResponse();
    assert.ok(raw);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await promise;
    assert.equal(telemetry.spans()[0]?.attributes['gen_ai.usage.input_tokens'], 1346);
  });
});

describe('LLMTRACE_ENABLED=false', () => {
  afterEach(() => {
    delete process.env['LLMTRACE_ENABLED'];
  });

  it('holds in a set-up that enables what is not enabled', () => {
    process.env['LLMTRACE_ENABLED'] = 'false';
    const instrumentation = new OpenAIInstrumentation();
    instrumentation.enable();
    assert.equal(instrumentation.isEnabled(), false);
    const wanted = new OpenAIInstrumentation({ enabled: true });
    assert.equal(wanted.isEnabled(), true);
    wanted.disable();
  });
});
