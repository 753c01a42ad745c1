/** Requests that the application stops before their answer, by a signal with a reason of its own. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { request as undiciRequest } from 'undici';
import { HttpClientsInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();
const BODY = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }] });

describe('a request that the application stops', () => {
  let server: Loopback;
  let url: string;
  let instrumentation: HttpClientsInstrumentation;
  let arrived: () => void = () => {};
  before(async () => {
    // It never answers.
    server = await serve((request) => void request.resume().on('end', () => arrived()));
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
