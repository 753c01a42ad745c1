/** Effects that must never happen, no matter what the environment and OpenTelemetry do. */
import assert from 'node:assert/strict';
import { tracingChannel } from 'node:diagnostics_channel';
import { loadSdk } from '@llmtrace/test-fixtures/sdks';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';
import { createTelemetry, recordDiag } from '@llmtrace/test-fixtures/telemetry';
import { type Context, context, createNoopMeter, type MeterProvider, propagation } from '@opentelemetry/api';
import { OpenAIInstrumentation } from '../src/index.ts';

const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] };
const telemetry = createTelemetry();
/** The test server's host has no prices. */
const modelMap = { 'gpt-4o-mini': 'openai:gpt-4o-mini' };

describe('an application that is instrumented', () => {
  let vendor: VendorServer;
  let instrumentation: OpenAIInstrumentation;
  let client: any;

  before(async () => {
    vendor = await startVendorServer();
    instrumentation = telemetry.install(new OpenAIInstrumentation({ modelMap }));
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

  it('gets its answer if a provider has meters that make no instruments', async () => {
    instrumentation.setMeterProvider({ getMeter: () => ({}) } as unknown as MeterProvider);
    assert.ok((await client.chat.completions.create(body)).id);
  });

  it('gets its answer, and a span, where meters have no gauges yet', async () => {
    instrumentation.setConfig({ retry: true });
    const meter = Object.assign(Object.create(createNoopMeter()), { createGauge: undefined });
    instrumentation.setMeterProvider({ getMeter: () => meter });
    assert.ok((await client.chat.completions.create(body)).id);
    assert.equal(telemetry.spans().length, 1);
    instrumentation.setConfig({ modelMap });
  });

  it('can have all metrics by its baggage, of which a view makes an attribute', async () => {
    const tenantOf = (at = context.active()) =>
      propagation.getBaggage(at)?.getEntry('tenant')?.value ?? 'none';
    const attributesProcessors = [{ process: (_: unknown, at?: Context) => ({ tenant: tenantOf(at) }) }];
    const byTenant = createTelemetry([{ instrumentName: '*', attributesProcessors }]);
    byTenant.install(instrumentation);
    // From the first collection of its meter on, measurements of calls are buffered.
    await client.chat.completions.create(body);
    await byTenant.reset();
    const stream = { ...body, stream: true, stream_options: { include_usage: true } };
    for (const tenant of ['acme', 'acme', 'initech']) {
      const baggage = propagation.createBaggage({ tenant: { value: tenant } });
      await context.with(propagation.setBaggage(context.active(), baggage), async () => {
        for await (const _chunk of await client.chat.completions.create(stream));
      });
    }
    for await (const _chunk of await client.chat.completions.create(stream));

    const counts: Record<string, any> = {};
    for (const { name, attributes, count, sum } of await byTenant.metrics()) {
      counts[name] ??= {};
      counts[name][String(attributes['tenant'])] = count ?? sum;
    }
    const { 'llmtrace.client.cost': cost, ...others } = counts;
    const { none, ...tenants } = cost;
    assert.deepEqual(tenants, { acme: 2 * none, initech: none });
    const chunks = others['llmtrace.client.stream.chunks'].none;
    assert.ok(chunks > 1);
    assert.deepEqual(others, {
      'gen_ai.client.operation.duration': { acme: 2, initech: 1, none: 1 },
      'gen_ai.client.operation.time_per_output_chunk': {
        acme: 2 * (chunks - 1),
        initech: chunks - 1,
        none: chunks - 1,
      },
      'gen_ai.client.operation.time_to_first_chunk': { acme: 2, initech: 1, none: 1 },
      'gen_ai.client.token.usage': { acme: 4, initech: 2, none: 2 },
      'llmtrace.client.active_requests': { acme: 0, initech: 0, none: 0 },
      'llmtrace.client.stream.chunks': { acme: 2 * chunks, initech: chunks, none: chunks },
    });
  });

  it('finds the methods of its promises under their names, and not enumerable', async () => {
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

  it('gets one warning that names the other instrumentation of its calls', async () => {
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

  it('has the tokens of an answer whose raw response it read before', async () => {
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

  it('also applies to a set-up that enables disabled instrumentations', () => {
    process.env['LLMTRACE_ENABLED'] = 'false';
    const instrumentation = new OpenAIInstrumentation();
    instrumentation.enable();
    assert.equal(instrumentation.isEnabled(), false);
    const wanted = new OpenAIInstrumentation({ enabled: true });
    assert.equal(wanted.isEnabled(), true);
    wanted.disable();
  });
});
