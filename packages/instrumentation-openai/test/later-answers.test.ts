/** Answers that come later than the call that ordered them: each is priced once, by the reading that brings its usage. */
import assert from 'node:assert/strict';
import { recordDiag } from '@llmtrace/test-fixtures';
import { loadSdk } from '@llmtrace/test-fixtures/sdks';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { OpenAIInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();
const usage = { input_tokens: 1000, output_tokens: 200, total_tokens: 1200 };
const COST = (1000 * 1.25) / 1e6 + (200 * 10) / 1e6;
const response = (status: string, more = {}) => ({
  id: 'resp_1',
  object: 'response',
  background: true,
  model: 'gpt-5-2025-08-07',
  output: [],
  usage: null,
  ...{ status, ...more },
});
const done = (id: string) => response('completed', { id, usage });

describe('an answer that comes later', () => {
  let OpenAI: any;
  let instrumentation: OpenAIInstrumentation;

  before(async () => {
    instrumentation = telemetry.install(new OpenAIInstrumentation());
    const { exports } = await loadSdk({ set: 'openai-7', package: 'openai', format: 'cjs' });
    OpenAI = exports.OpenAI;
  });
  beforeEach(() => telemetry.reset());
  after(() => instrumentation.disable());

  /** A client that gets these answers, one after the other. */
  function clientOf(...answers: (object | Response)[]): any {
    const fetch = async () => {
      const next = answers.shift() as object;
      return next instanceof Response ? next : Response.json(next);
    };
    return new OpenAI({ apiKey: 'sk-test', maxRetries: 0, fetch });
  }
  const events = (...all: object[]) =>
    new Response(
      all.map((event: any) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
      {
        headers: { 'content-type': 'text/event-stream' },
      },
    );
  const costs = () => telemetry.spans().map(({ attributes }) => attributes['gen_ai.usage.cost']);

  it('is priced by the reading that brings its usage, in a span that leads to that of the call', async () => {
    const client = clientOf(
      response('queued'),
      response('in_progress'),
      done('resp_1'),
      done('resp_1'),
      done('resp_other'),
    );
    await client.responses.create({ model: 'gpt-5', input: 'x', background: true });
    await client.responses.retrieve('resp_1');
    assert.equal(telemetry.spans().length, 1);
    const whole = await client.responses.retrieve('resp_1');
    assert.equal(whole.status, 'completed');
    await client.responses.retrieve('resp_1');
    await client.responses.retrieve('resp_other');
    const [ordered, read, ...others] = telemetry.spans();
    assert.deepEqual(others, []);
    assert.deepEqual(costs(), [undefined, COST]);
    assert.equal(read?.name, 'chat gpt-5');
    assert.equal(read?.attributes['gen_ai.usage.input_tokens'], 1000);
    assert.equal(read?.links[0]?.context.spanId, ordered?.spanContext().spanId);
    const points = await telemetry.metrics();
    const of = (name: string) => points.filter((point) => point.name === name);
    const count = of('gen_ai.client.operation.duration').reduce((sum, point) => sum + (point.count ?? 0), 0);
    assert.equal(count, 1, 'to read an answer is no operation of a model');
    const total = of('llmtrace.client.cost').reduce((sum, point) => sum + (point.sum ?? 0), 0);
    assert.ok(Math.abs(total - COST) < 1e-12);
    assert.equal(
      of('llmtrace.client.active_requests').reduce((sum, point) => sum + (point.sum ?? 0), 0),
      0,
    );
  });

  for (const [completion_window, factor] of [
    ['soonest', 1],
    ['2h', 0.7],
    ['8h', 0.6],
  ] as const) {
    it(`is priced by the completion window ${completion_window}`, async () => {
      const id = `resp_${completion_window}`;
      const client = clientOf(response('queued', { id }), { ...done(id), service_tier: 'default' });
      const background_options = { completion_window };
      await client.responses.create({ model: 'gpt-5', input: 'x', background: true, background_options });
      await client.responses.retrieve(id);
      const [none, cost, ...others] = costs();
      assert.deepEqual([none, others], [undefined, []]);
      assert.ok(Math.abs(Number(cost) - factor * COST) < 1e-12, String(cost));
      const [, read] = telemetry.spans();
      assert.equal(read?.attributes['llmtrace.cost.standard_rates'], undefined);
    });
  }

  it('is priced by standard rates, and says so, where the discount of its completion window is not known', async () => {
    const id = 'resp_40h';
    const client = clientOf(response('queued', { id }), done(id));
    const background_options = { completion_window: '40h' };
    await client.responses.create({ model: 'gpt-5', input: 'x', background: true, background_options });
    await client.responses.retrieve(id);
    assert.deepEqual(costs(), [undefined, COST]);
    assert.equal(telemetry.spans()[1]?.attributes['llmtrace.cost.standard_rates'], true);
  });

  it('is priced in its beta form, too', async () => {
    const id = 'resp_beta';
    const { beta } = clientOf(response('queued', { id }), done(id), done(id));
    await beta.responses.create({ model: 'gpt-5', input: 'x', background: true });
    await beta.responses.retrieve(id);
    await beta.responses.retrieve(id);
    assert.deepEqual(costs(), [undefined, COST]);
  });

  it('is priced by the stream that goes on with it', async () => {
    const id = 'resp_2';
    const client = clientOf(
      response('queued', { id }),
      events(
        { type: 'response.in_progress', response: response('in_progress', { id }) },
        { type: 'response.completed', response: done(id) },
      ),
    );
    await client.responses.create({ model: 'gpt-5', input: 'x', background: true });
    const types: string[] = [];
    for await (const event of await client.responses.retrieve(id, { stream: true })) types.push(event.type);
    assert.deepEqual(types, ['response.in_progress', 'response.completed']);
    assert.deepEqual(costs(), [undefined, COST]);
  });

  it('is known though the stream of the call was left', async () => {
    const id = 'resp_3';
    const client = clientOf(
      events({ type: 'response.created', response: response('in_progress', { id }) }, { type: 'x' }),
      done(id),
    );
    for await (const _ of await client.responses.create({
      ...{ model: 'gpt-5', input: 'x', background: true, stream: true },
    }))
      break;
    await client.responses.retrieve(id);
    assert.deepEqual(costs(), [undefined, COST]);
  });

  it('has the name of the newest draft with latest, and no tokens', async () => {
    instrumentation.setConfig({ semconv: 'latest' });
    const id = 'resp_4';
    const client = clientOf(response('queued', { id }), done(id));
    await client.responses.create({ model: 'gpt-5', input: 'x', background: true });
    await client.responses.retrieve(id);
    const { name, attributes } = telemetry.spans()[1] ?? {};
    assert.equal(name, 'fetch_response gpt-5');
    assert.equal(attributes?.['gen_ai.operation.name'], 'fetch_response');
    assert.equal(attributes?.['gen_ai.usage.input_tokens'], undefined);
    assert.equal(attributes?.['gen_ai.usage.cost'], COST);
    instrumentation.setConfig({});
  });

  it('is nothing where the reading fails', async () => {
    const id = 'resp_5';
    const refused = Response.json({ error: { message: 'no' } }, { status: 500 });
    const client = clientOf(response('queued', { id }), refused, done(id));
    await client.responses.create({ model: 'gpt-5', input: 'x', background: true });
    await assert.rejects(client.responses.retrieve(id));
    assert.equal(telemetry.spans().length, 1);
    await client.responses.retrieve(id);
    assert.deepEqual(costs(), [undefined, COST]);
  });

  it('is that of a batch, once, at the rate of batches', async () => {
    const batch = (status: string, more = {}) => ({ id: 'batch_1', model: 'gpt-5', status, ...more });
    const client = clientOf(
      batch('in_progress'),
      batch('completed', { usage }),
      batch('completed', { usage }),
    );
    for (let i = 0; i < 3; i++) await client.batches.retrieve('batch_1');
    assert.deepEqual(costs(), [COST / 2]);
  });

  it('of a batch is a lower bound where a long request costs more', async () => {
    const long = { input_tokens: 300_000, output_tokens: 0, total_tokens: 300_000 };
    const client = clientOf({ id: 'batch_long', model: 'gpt-5.5', status: 'completed', usage: long });
    await client.batches.retrieve('batch_long');
    const [{ attributes = {} } = {}] = telemetry.spans();
    assert.equal(attributes['gen_ai.usage.cost'], (300_000 * 5) / 1e6 / 2);
    assert.deepEqual(attributes['llmtrace.cost.missing'], ['long_context']);
  });

  describe('in the file of a batch that has no usage itself', () => {
    const body = { object: 'chat.completion', model: 'gpt-5', usage };
    const line = (response: object | null, error: object | null = null) =>
      JSON.stringify({
        id: 'r',
        custom_id: 'c',
        response: response && { status_code: 200, body: response },
        error,
      });
    const LINES = [
      line(body),
      line({ ...body, model: 'gpt-4o-mini' }),
      line(null, { code: 'batch_expired', message: 'no' }),
      line({ error: { message: 'no' } }),
      line({ object: 'response', model: 'gpt-5', usage, tool_usage: { web_search: { num_requests: 2 } } }),
      '',
    ].join('\n');
    const TOTAL = COST + (1000 * 0.15 + 200 * 0.6) / 2e6 + 2 * 0.01;
    let files = 0;
    const batch = () => ({ id: `batch_f${++files}`, status: 'completed', output_file_id: `file_${files}` });
    const bytes = (text = LINES) =>
      new Response(text, { headers: { 'content-type': 'application/octet-stream' } });

    /** Reads the file of a new batch, and asserts the cost. */
    async function reads(read: (answer: any) => Promise<unknown>, cost: number | undefined, text = LINES) {
      const { id, output_file_id: file } = batch();
      const client = clientOf(
        { id, status: 'in_progress' },
        { id, status: 'completed', output_file_id: file },
        bytes(text),
        bytes(text),
      );
      await client.batches.retrieve(id);
      await client.batches.retrieve(id);
      for (let i = 0; i < 2; i++) await read(client.files.content(file));
      await telemetry.ended();
      if (cost === undefined) assert.deepEqual(costs(), []);
      else assert.ok(Math.abs(Number(costs()[0]) / cost - 1) < 1e-9, `${costs()}, not ${cost}`);
      assert.ok(costs().length <= 1);
    }

    it('is that of all lines, once', async () => {
      const texts: unknown[] = [];
      await reads(async (answer) => texts.push(await (await answer).text()), TOTAL);
      assert.deepEqual(texts, [LINES, LINES]);
      assert.equal(telemetry.spans()[0]?.attributes['gen_ai.usage.input_tokens'], 3000);
      assert.equal(telemetry.spans()[0]?.attributes['llmtrace.cost.missing'], undefined);
    });

    for (const [what, read] of Object.entries({
      arrayBuffer: async (answer: any) => (await answer).arrayBuffer(),
      bytes: async (answer: any) => (await answer).bytes(),
      asResponse: async (answer: any) => (await answer.asResponse()).text(),
      withResponse: async (answer: any) => (await answer.withResponse()).data.text(),
    }))
      it(`is known by ${what}()`, () => reads(read, TOTAL));

    it('is unknown where the application reads the body as a stream, or no more than the headers', async () => {
      const recorder = recordDiag();
      try {
        await reads(async (answer) => {
          for await (const _ of (await answer).body);
        }, undefined);
        await reads(async (answer) => void (await answer).body?.cancel(), undefined);
        await new Promise(setImmediate); // llmtrace looks at the body then
      } finally {
        recorder.stop();
      }
      assert.equal(recorder.lines.length, 1, 'one warning');
      assert.match(recorder.lines[0]?.text ?? '', /a file with the results of a batch of openai as a stream/);
    });

    it('is marked where a line is no JSON', async () => {
      await reads(async (answer) => (await answer).text(), TOTAL, `${LINES}{"id"`);
      assert.deepEqual(telemetry.spans()[0]?.attributes['llmtrace.cost.missing'], ['usage']);
    });

    it('takes in a large file in steps', async () => {
      const text = `${line(body)}\n`.repeat(20_000);
      const readWhole = async (answer: any) => {
        assert.equal((await (await answer).text()).length, text.length);
        while (telemetry.spans().length === 0) await new Promise(setImmediate);
      };
      await reads(readWhole, (20_000 * COST) / 2, text);
    });

    it('is nothing of a file that is not of a batch which was retrieved', async () => {
      const client = clientOf(bytes());
      assert.equal(await (await client.files.content('file_other')).text(), LINES);
      assert.deepEqual(costs(), []);
    });

    it('leaves an error of the request as it is', async () => {
      const { id, output_file_id: file } = batch();
      const refused = Response.json({ error: { message: 'no' } }, { status: 404 });
      const client = clientOf({ id, status: 'completed', output_file_id: file }, refused);
      await client.batches.retrieve(id);
      await assert.rejects(client.files.content(file), /404 no/);
      assert.deepEqual(costs(), []);
    });
  });
});
