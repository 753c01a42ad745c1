/** Requests that the application stops: before their answer by a signal with a reason of its own, or as it passes the answer on. */
import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { request as undiciRequest } from 'undici';
import { HttpClientsInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();
const EVENT = 'data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n';
const BODY = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }] });

describe('a request that the application stops', () => {
  let server: Loopback;
  let url: string;
  let instrumentation: HttpClientsInstrumentation;
  let arrived: () => void = () => {};
  before(async () => {
    // It never answers, or never ends its answer.
    server = await serve((request, response) => {
      if (request.url?.endsWith('?answers'))
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(EVENT);
      request.resume().on('end', () => arrived());
    });
    url = `${server.url}/v1/chat/completions`;
    instrumentation = telemetry.install(new HttpClientsInstrumentation());
  });
  beforeEach(() => telemetry.reset());
  after(async () => {
    instrumentation.disable();
    await server.close();
  });

  const outcome = () =>
    telemetry
      .spans()
      .map(({ attributes: a }) => [a['gen_ai.request.model'], a['llmtrace.stream.outcome'], a['error.type']]);

  async function stopped(send: (signal: AbortSignal) => Promise<unknown>, reason: unknown): Promise<void> {
    const controller = new AbortController();
    arrived = () => controller.abort(reason);
    await assert.rejects(send(controller.signal));
    await telemetry.ended();
  }

  const asked = (signal: AbortSignal) => ({ method: 'POST', body: BODY, signal }) as const;
  const CLIENTS: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
    fetch: (signal) => fetch(url, asked(signal)),
    undici: (signal) => undiciRequest(url, asked(signal)),
  };
  for (const [client, send] of Object.entries(CLIENTS))
    for (const [what, reason] of [
      ['an error of its own', new Error('the user has left')],
      ['an object', { left: true }],
      ['no reason', undefined],
    ] as const)
      it(`is cancelled, by ${client} with ${what}`, async () => {
        await stopped(send, reason);
        const [found] = outcome();
        assert.deepEqual(found?.slice(0, 2), ['m', 'cancelled']);
      });

  for (const [what, piped] of [
    ['of fetch', (body: ReadableStream) => Readable.fromWeb(body as WebStream)],
    ['as a stream of the web', (body: ReadableStream) => body],
  ] as const)
    it(`is cancelled while its answer is passed on to one who leaves, ${what}`, async () => {
      const answer = await fetch(`${url}?answers`, { method: 'POST', body: BODY });
      const client = new PassThrough();
      const passed = pipeline(piped(answer.body as ReadableStream) as NodeJS.ReadableStream, client);
      client.once('data', () => client.destroy());
      await assert.rejects(passed, { code: 'ERR_STREAM_PREMATURE_CLOSE' });
      await telemetry.ended();
      assert.deepEqual(outcome(), [['m', 'cancelled', undefined]]);
    });

  it('has failed where its body has', async () => {
    const body = Readable.from(
      (async function* () {
        yield BODY.slice(0, 10);
        throw new Error('no more of the body');
      })(),
    );
    await assert.rejects(undiciRequest(url, { method: 'POST', body }));
    await telemetry.ended();
    assert.deepEqual(outcome(), [[undefined, undefined, '_OTHER']]);
  });
});
