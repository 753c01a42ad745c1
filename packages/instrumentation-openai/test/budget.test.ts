/** Budgets of streams whose usage the application does not request. */
import assert from 'node:assert/strict';
import { budgetReadings } from '@llmtrace/core/internal';
import { hookVendorModules, loadSdk } from '@llmtrace/test-fixtures/sdks';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { OpenAIInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();
const body = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'hello' }],
  max_tokens: 500,
  stream: true,
};
const HEADERS = { 'content-type': 'text/event-stream' };

/** A host that reports the usage of a stream on request. */
function makeHost() {
  const bodies: any[] = [];
  const fetch = async (_url: string, init: { body: string }): Promise<Response> => {
    const asked = JSON.parse(init.body);
    bodies.push(asked);
    const chunk = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-mini-2024-07-18' };
    const usage = { prompt_tokens: 10, completion_tokens: 90, total_tokens: 100 };
    const chunks = [
      { ...chunk, choices: [{ index: 0, delta: { content: 'hi' }, finish_reason: 'stop' }] },
      ...(asked.stream_options?.include_usage ? [{ ...chunk, choices: [], usage }] : []),
    ];
    const lines = chunks.map((data) => `data: ${JSON.stringify(data)}\n\n`).join('');
    return new Response(`${lines}data: [DONE]\n\n`, { headers: HEADERS });
  };
  return { bodies, fetch };
}

/** Reads a stream to its end. @returns how many chunks it had, or the code of the error */
async function read(client: any): Promise<unknown> {
  try {
    let chunks = 0;
    for await (const _ of await client.chat.completions.create(body)) chunks++;
    return chunks;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

describe('a budget of streams', () => {
  before(hookVendorModules);

  for (const set of ['openai-4', 'openai-7']) {
    for (const format of ['cjs', 'esm'] as const) {
      /** Makes `count` calls, one after the other, and returns their outcomes. */
      async function run(baseURL: string, budget: object, count: number) {
        const instrumentation = telemetry.install(new OpenAIInstrumentation({ budget: { ...budget } }));
        const { exports } = await loadSdk({ set, package: 'openai', format });
        const { bodies, fetch } = makeHost();
        const client = new exports.OpenAI({ apiKey: 'sk-test', baseURL, fetch, maxRetries: 0 });
        await telemetry.reset();
        const ends: unknown[] = [];
        for (let call = 0; call < count; call++) ends.push(await read(client));
        await telemetry.ended();
        const points = await telemetry.metrics();
        const readings = budgetReadings();
        instrumentation.disable();
        return { ends, bodies, points, readings };
      }

      it(`requests their usage if the host supports that, and hides the chunk, with ${set} as ${format}`, async () => {
        const { ends, bodies } = await run('https://api.openai.com/v1', { tokens: 200 }, 3);
        assert.deepEqual(ends, [1, 1, 'budget_exceeded']);
        assert.deepEqual(
          bodies.map(({ stream_options }) => stream_options),
          [{ include_usage: true }, { include_usage: true }],
        );
      });

      it(`counts them by their estimate if it may not request usage, with ${set} as ${format}`, async () => {
        const { ends, bodies, points } = await run('https://llm.example/v1', { tokens: 1000 }, 3);
        assert.deepEqual(ends, [1, 1, 'budget_exceeded']);
        assert.ok(bodies.every(({ stream_options }) => stream_options === undefined));
        const estimated = points.find(({ name }) => name === 'llmtrace.client.estimated_calls');
        assert.equal(estimated?.sum, 2);
        assert.deepEqual(
          telemetry.spans().map(({ attributes }) => attributes['llmtrace.budget.estimated']),
          [true, true, undefined],
        );
      });

      it(`is shown with its spent and remaining amounts, with ${set} as ${format}`, async () => {
        const { ends, readings } = await run('https://api.openai.com/v1', { usd: 3 }, 1);
        assert.deepEqual(ends, [1]);
        const reading = readings.findLast(({ budget }) => budget === '3 USD a day');
        const spent = (10 * 0.15 + 90 * 0.6) / 1e6;
        assert.equal(reading?.key, 'process');
        assert.ok(Math.abs((reading?.spent ?? 0) - spent) < 1e-12);
        assert.ok(Math.abs((reading?.remaining ?? 0) - (3 - spent)) < 1e-12);
      });
    }
  }
});
