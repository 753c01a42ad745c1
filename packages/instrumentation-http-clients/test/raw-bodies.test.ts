/** The raw answer of an instrumented SDK's call, whose body the application never reads, or leaves, or that is excluded. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';
import { createTelemetry, type DiagRecorder, recordDiag, type Telemetry } from '@llmtrace/test-fixtures';
import { collectGarbage } from '@llmtrace/test-fixtures/harness';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import OpenAI from 'openai';
import { HttpClientsInstrumentation } from '../src/index.ts';

const LIMIT = 1000;
/** In ms. To collect garbage twice takes more than a second on a busy machine. */
const LONG_LIMIT = 60_000;
/** In ms. An answer is retained for 100 ms before it may be collected. */
const GRACE = 120;
const EVENT = 'data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n';
const USAGE = 'data: {"id":"c1","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7}}\n\n';

describe('the raw answer of an SDK', () => {
  let server: Loopback;
  let client: OpenAI;
  let telemetry: Telemetry;
  let diag: DiagRecorder;
  let wire: HttpClientsInstrumentation;
  let sdk: OpenAIInstrumentation;
  before(async () => {
    server = await serve((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(EVENT);
        if (request.url?.startsWith('/whole/')) response.end(`${USAGE}data: [DONE]\n\n`);
      });
    });
    telemetry = createTelemetry();
    diag = recordDiag();
    wire = telemetry.install(new HttpClientsInstrumentation({ httpIdleTimeout: LONG_LIMIT }));
    sdk = telemetry.install(new OpenAIInstrumentation());
    client = new OpenAI({ apiKey: 'sk-test', baseURL: `${server.url}/whole`, maxRetries: 0 });
    sdk.instrumentClient(client);
  });
  beforeEach(() => telemetry.reset());
  after(async () => {
    wire.disable();
    sdk.disable();
    diag.stop();
    await server.close();
  });

  const ask = (from = client) =>
    from.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'x' }], stream: true });
  /** A client whose streams have no end. */
  const holding = (): OpenAI => client.withOptions({ baseURL: client.baseURL.replace('whole', 'hold') });
  const spans = () => telemetry.spans().map(({ attributes: a }) => a);

  async function withOptions(options: Parameters<typeof wire.setConfig>[0], run: () => Promise<void>) {
    wire.setConfig({ httpIdleTimeout: LIMIT, ...options });
    try {
      await run();
    } finally {
      wire.setConfig({ httpIdleTimeout: LONG_LIMIT });
    }
  }

  async function spanWithin(ms: number, meanwhile: () => Promise<void>) {
    for (const end = Date.now() + ms; spans().length === 0 && Date.now() < end; ) await meanwhile();
    return spans()[0] ?? assert.fail('the call has not ended');
  }

  it('ends its call as abandoned when it is collected without being read', async () => {
    const answered = async () => (await ask().asResponse()).status;
    assert.equal(await answered(), 200);
    const { 'llmtrace.stream.outcome': outcome } = await spanWithin(5000, async () => {
      await sleep(50);
      await collectGarbage();
    });
    assert.equal(outcome, 'abandoned');
  });

  it('is read to its end although the application has dropped the response', async () => {
    const bodyOf = async () => (await ask().asResponse()).body as ReadableStream<Uint8Array>;
    const body = await bodyOf();
    assert.equal(await new Response(body).text(), `${EVENT}${USAGE}data: [DONE]\n\n`);
    await telemetry.ended();
    const [call] = spans();
    assert.equal(call?.['gen_ai.usage.input_tokens'], 11);
    assert.equal(call?.['llmtrace.stream.chunks'], 2);
  });

  it('goes on while its body is read, after garbage was collected', async () => {
    const bodyOf = async () => {
      const response = await ask(holding()).asResponse();
      await sleep(GRACE);
      return response.body as ReadableStream<Uint8Array>;
    };
    const reader = (await bodyOf()).getReader();
    await reader.read();
    await sleep(GRACE);
    await collectGarbage();
    await collectGarbage();
    assert.equal(spans().length, 0);
    await reader.cancel();
    await telemetry.ended();
    assert.equal(spans()[0]?.['llmtrace.stream.outcome'], 'cancelled');
  });

  it('ends its call as abandoned where the application stops reading, and nothing arrives for a time', () =>
    withOptions({}, async () => {
      const { body } = await ask(holding()).asResponse();
      await body?.getReader().read();
      const { 'llmtrace.stream.outcome': outcome } = await spanWithin(10 * LIMIT, () => sleep(20));
      assert.equal(outcome, 'abandoned');
    }));

  it('leaves a stream of the SDK itself open for as long as the application likes', () =>
    withOptions({}, async () => {
      const stream = await ask(holding());
      const { body } = await ask(holding()).asResponse();
      await body?.getReader().read();
      const chunks = stream[Symbol.asyncIterator]();
      await chunks.next();
      await spanWithin(10 * LIMIT, () => sleep(20));
      await sleep(LIMIT);
      assert.equal(spans().length, 1, 'the call whose raw body is left');
      await chunks.return?.();
      assert.equal(spans()[1]?.['llmtrace.stream.outcome'], 'cancelled');
    }));

  it('of a host that is excluded is not looked at: the call is marked, with one warning', async () => {
    await withOptions({ httpExclude: ['127.0.0.1'] }, async () => {
      for (const _ of [1, 2]) {
        const { body } = await ask().asResponse();
        await new Response(body).text();
        await telemetry.ended();
      }
    });
    assert.deepEqual(
      spans().map((call) => [call['llmtrace.response.unseen'], call['gen_ai.usage.input_tokens']]),
      [
        [true, undefined],
        [true, undefined],
      ],
    );
    const warnings = diag.lines.filter(({ text }) => text.includes('llmtrace.response.unseen'));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]?.text ?? '', /LLMTRACE_HTTP_EXCLUDE/);
  });
});
