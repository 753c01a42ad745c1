/** Answers that come later than the call that ordered them: each is priced once, by the reading that brings its usage. */
import assert from 'node:assert/strict';
import { facts } from '@llmtrace/core/internal';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { hookVendorModules, loadSdk } from '@llmtrace/test-fixtures/sdks';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { GoogleGenAIInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();
const JSON_TYPE = { 'content-type': 'application/json' };
const usageMetadata = { promptTokenCount: 1000, candidatesTokenCount: 200, totalTokenCount: 1200 };
/** gemini-2.5-flash at the rate of batches, which is half of 0.3 and 2.5 USD per million. */
const ONE = (1000 * 0.15 + 200 * 1.25) / 1e6;
const content = (more = {}) => ({ modelVersion: 'gemini-2.5-flash', candidates: [], usageMetadata, ...more });

const job = (state: string, responses?: object[]) => ({
  name: 'batches/one',
  metadata: {
    ...{ '@type': 'type.googleapis.com/x', model: 'models/gemini-2.5-flash', state, name: 'batches/one' },
    ...(responses && { output: { inlinedResponses: { inlinedResponses: responses } } }),
  },
});

const usage = { total_input_tokens: 1000, total_output_tokens: 200, total_tokens: 1200 };
const interaction = (id: string, status: string, more = {}) => ({
  ...{ id, object: 'interaction', model: 'gemini-2.5-flash', status, steps: [], outputs: [] },
  ...more,
});
const INTERACTION = (1000 * 0.3 + 200 * 2.5) / 1e6;

for (const set of ['genai-1', 'genai-2', 'genai-3'])
  for (const format of ['cjs', 'esm'] as const) {
    describe(`an answer that comes later (${set}, ${format})`, () => {
      let answers: (object | string)[] = [];
      let server: Loopback;
      let instrumentation: GoogleGenAIInstrumentation;
      let client: any;

      before(async () => {
        await hookVendorModules();
        server = await serve((_request, reply) => {
          const next = answers.shift();
          if (typeof next === 'string')
            reply.writeHead(200, { 'content-type': 'text/event-stream' }).end(next);
          else reply.writeHead(200, JSON_TYPE).end(JSON.stringify(next));
        });
        // The server stands for Google's: a loopback host has no price list.
        instrumentation = telemetry.install(
          new GoogleGenAIInstrumentation({ providerMap: { '127.0.0.1': 'gcp.gemini' } }),
        );
        const { exports } = await loadSdk({ set, package: '@google/genai', format });
        client = new exports['GoogleGenAI']({
          ...{ apiKey: 'x', httpOptions: { baseUrl: server.url } },
        });
      });
      beforeEach(() => telemetry.reset());
      after(async () => {
        instrumentation.disable();
        await server.close();
      });

      const costs = () => telemetry.spans().map(({ attributes }) => attributes['gen_ai.usage.cost']);
      const near = (cost: unknown, expected: number) =>
        assert.ok(Math.abs(Number(cost) - expected) < 1e-12, `${cost}, not ${expected}`);

      it('is that of a batch, once, each result at its own price', async () => {
        const name = `batches/${set}-${format}`;
        const grounded = { groundingMetadata: { webSearchQueries: ['a', 'b'] } };
        answers = [
          job('BATCH_STATE_RUNNING'),
          ...Array(2).fill(
            job('BATCH_STATE_SUCCEEDED', [
              { response: content() },
              { error: { code: 3, message: 'no' } },
              { response: content({ candidates: [grounded] }) },
              { response: content({ modelVersion: 'gemini-9-unknown' }) },
            ]),
          ),
        ];
        const done = [];
        for (let i = 0; i < 3; i++) done.push(await client.batches.get({ name }));
        assert.equal(done[2].dest.inlinedResponses.length, 4);
        const [span, ...others] = telemetry.spans();
        assert.deepEqual(others, []);
        near(span?.attributes['gen_ai.usage.cost'], 2 * ONE + 0.035);
        assert.deepEqual(span?.attributes['llmtrace.cost.missing'], ['inner_model']);
        assert.equal(span?.attributes['gen_ai.usage.input_tokens'], 3000);
        assert.equal(span?.attributes['gen_ai.response.model'], 'gemini-2.5-flash');
      });

      it('is priced by the length of each request of a batch, not by that of all', async () => {
        const short = { promptTokenCount: 150_000, candidatesTokenCount: 0, totalTokenCount: 150_000 };
        const long = { promptTokenCount: 250_000, candidatesTokenCount: 0, totalTokenCount: 250_000 };
        const pro = (usageMetadata: object) => ({
          response: content({ modelVersion: 'gemini-2.5-pro', usageMetadata }),
        });
        answers = [job('BATCH_STATE_SUCCEEDED', [pro(short), pro(short), pro(long)])];
        await client.batches.get({ name: `batches/long-${set}-${format}` });
        near(costs()[0], (300_000 * 1.25 + 250_000 * 2.5) / 2e6);
      });

      it('is nothing where the results of a batch are in a file, with a warning', async () => {
        const { metadata, ...rest } = job('BATCH_STATE_SUCCEEDED');
        answers = [{ ...rest, metadata: { ...metadata, output: { responsesFile: 'files/results' } } }];
        await client.batches.get({ name: `batches/file-${set}-${format}` });
        assert.deepEqual(costs(), []);
        assert.match(facts().warnings.join('\n'), /^a batch of gcp\.gemini has its results in a file/m);
      });

      it('is that of an interaction in the background', async () => {
        const id = `${set}-${format}`;
        answers = [
          interaction(id, 'in_progress'),
          interaction(id, 'in_progress'),
          interaction(id, 'completed', { usage }),
          interaction(id, 'completed', { usage }),
          interaction('other', 'completed', { usage }),
        ];
        const ask = { model: 'gemini-2.5-flash', input: 'x', background: true };
        const { status } = await client.interactions.create(ask);
        assert.equal(status, 'in_progress');
        for (const wanted of [id, id, id, 'other']) await client.interactions.get(wanted);
        assert.equal(telemetry.spans().length, 2);
        const [ordered, read] = telemetry.spans();
        assert.equal(ordered?.attributes['gen_ai.usage.cost'], undefined);
        near(read?.attributes['gen_ai.usage.cost'], INTERACTION);
        assert.equal(read?.links[0]?.context.spanId, ordered?.spanContext().spanId);
      });

      it('is that of an interaction whose stream is read later', async () => {
        const id = `stream-${set}-${format}`;
        const event = (event_type: string, more: object) =>
          `event: ${event_type}\ndata: ${JSON.stringify({ event_type, event_id: '1', ...more })}\n\n`;
        const start = set === 'genai-3' ? 'interaction.created' : 'interaction.start';
        const end = set === 'genai-3' ? 'interaction.completed' : 'interaction.complete';
        answers = [
          interaction(id, 'in_progress'),
          event(start, { interaction: interaction(id, 'in_progress') }) +
            event(end, { interaction: interaction(id, 'completed', { usage }) }) +
            'event: done\ndata: [DONE]\n\n',
        ];
        await client.interactions.create({ model: 'gemini-2.5-flash', input: 'x', background: true });
        for await (const _ of await client.interactions.get(id, { stream: true }));
        assert.equal(telemetry.spans().length, 2);
        near(costs()[1], INTERACTION);
      });
    });
  }
