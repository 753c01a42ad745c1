/** What is read of an answer that is no success, and what becomes of it. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { aCall } from '@llmtrace/test-fixtures/call';
import { refusedBy } from '../../../src/engine/attempts/failure.ts';
import { attemptBeneath } from '../../../src/engine/attempts/intercept.ts';
import { requestsOf } from '../../../src/engine/attempts/resend.ts';

const CHUNK = 16_384;

/** A body that does not end, and how much of it was taken. */
function endless() {
  const taken = { bytes: 0, isCancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        taken.bytes += CHUNK;
        controller.enqueue(new Uint8Array(CHUNK).fill(32));
      },
      cancel() {
        taken.isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { taken, response: new Response(body, { status: 503 }) };
}

describe('an attempt that is refused', () => {
  it('has the error of the body', async () => {
    const error = { code: 'insufficient_quota', message: 'ü' };
    const failure = await refusedBy(Response.json({ error }, { status: 429 }));
    assert.deepEqual([failure.status, failure.error], [429, error]);
  });

  it('leaves the body to the SDK', async () => {
    const response = Response.json({ error: { code: 'x' } }, { status: 400 });
    await refusedBy(response);
    assert.deepEqual(await response.json(), { error: { code: 'x' } });
  });

  it('takes no more than 64 KB of a body that does not end', async () => {
    const { taken, response } = endless();
    const failure = await refusedBy(response);
    assert.equal(failure.error, undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(taken.bytes <= 8 * CHUNK, `${taken.bytes} bytes`);
  });

  it('takes no more of one of Node’s', async () => {
    let chunks = 0;
    const body = Readable.from(
      (function* () {
        for (;;) {
          chunks++;
          yield new Uint8Array(CHUNK);
        }
      })(),
    );
    const response = { status: 503, headers: {}, body, clone: () => ({ body }) };
    const failure = await refusedBy(response as unknown as Response);
    assert.equal(failure.error, undefined);
    assert.ok(body.destroyed && chunks < 50, String(chunks));
  });

  it('is ended where another attempt answered in its place', async () => {
    const first = endless();
    const answers = [first.response, Response.json({ ok: true })];
    const send = async () => answers.shift() as Response;
    const chain = { intercept: async (_call: unknown, next: () => Promise<unknown>) => next().catch(next) };
    const answer = await attemptBeneath(
      chain,
      aCall(),
      requestsOf(send, ['url', {}, 1000, new AbortController()]),
      () => {},
    );
    assert.equal((answer as Response).status, 200);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(first.taken.isCancelled);
  });

  it('is the SDK’s to read where no other one answered', async () => {
    const response = Response.json({ error: { code: 'x' } }, { status: 503 });
    const chain = { intercept: async (_call: unknown, next: () => Promise<unknown>) => next() };
    const send = async () => response;
    const answer = await attemptBeneath(
      chain,
      aCall(),
      requestsOf(send, ['url', {}, 1000, new AbortController()]),
      () => {},
    );
    assert.deepEqual(await (answer as Response).json(), { error: { code: 'x' } });
  });
});
