import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import sinon from 'sinon';
import { requestsOf, type Send } from '../../../src/engine/attempts/resend.ts';

const COUNT = 'x-stainless-retry-count';

describe('the requests of one attempt of an SDK', () => {
  /** What was sent, as `fetchWithTimeout` got it. */
  interface Sent {
    init: { headers: Headers & Record<string, string> };
    signal: AbortSignal;
    controller: AbortController;
  }

  function requests(init: object, answer: () => Promise<unknown> = async () => ({ ok: true })) {
    const sent: Sent[] = [];
    const controller = new AbortController();
    const send = (async (_url: string, options: Sent['init'], _ms: number, used: AbortController) => {
      sent.push({ init: options, signal: used.signal, controller: used });
      return answer();
    }) as unknown as Send;
    return { sent, controller, ...requestsOf(send, ['url', init, 1000, controller]) };
  }

  it('have their number in a header', async () => {
    const first = new Headers({ [COUNT]: '0', authorization: 'Bearer key' });
    const { sent, send } = requests({ headers: first });
    await send();
    first.set('authorization', 'changed by the SDK as it sent the first one');
    await send();
    await send();
    assert.deepEqual(
      sent.map(({ init }) => init.headers.get(COUNT)),
      ['0', '1', '2'],
    );
    assert.equal(sent[0]?.init.headers, first);
    assert.equal(sent[2]?.init.headers.get('authorization'), 'Bearer key');
  });

  it('do so in plain headers, too, in whatever case', async () => {
    const headers = Object.freeze({ 'X-Stainless-Retry-Count': '1', accept: 'application/json' });
    const { sent, send } = requests(Object.freeze({ headers }));
    await send();
    await send();
    assert.deepEqual(sent[1]?.init.headers, { 'X-Stainless-Retry-Count': '2', accept: 'application/json' });
  });

  it('leave the number alone where it is signed, the application’s own, or not there', async () => {
    const signed = 'AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host;x-stainless-retry-count, Signature=y';
    const cases: [string | undefined, Record<string, string>][] = [
      ['0', { [COUNT]: '0', authorization: signed }],
      ['none', { [COUNT]: 'none' }],
      [undefined, {}],
    ];
    for (const [expected, headers] of cases) {
      for (const requestHeaders of [headers, new Headers(headers)]) {
        const { sent, send } = requests({ headers: requestHeaders });
        await send();
        await send();
        const last = new Headers(sent[1]?.init.headers);
        assert.equal(last.get(COUNT) ?? undefined, expected);
      }
    }
  });

  it('time out one by one, and the SDK’s controller outlives it', async () => {
    const { sent, controller, send } = requests({}, async () => {
      sent.at(-1)?.controller.abort(); // what the SDK does when the time is up
      throw sent.at(-1)?.signal.reason;
    });
    await assert.rejects(send(), { name: 'AbortError' });
    await assert.rejects(send(), { name: 'AbortError' });
    assert.equal(controller.signal.aborted, false);
    assert.notEqual(sent[0]?.signal, sent[1]?.signal);
  });

  it('all end when the application aborts', async () => {
    const application = new AbortController();
    const { sent, controller, send } = requests({ signal: application.signal }, async () => {
      application.abort();
      sent.at(-1)?.controller.abort(); // the SDK listens to the application's signal
      throw sent.at(-1)?.signal.reason;
    });
    await assert.rejects(send(), { name: 'AbortError' });
    assert.equal(controller.signal.aborted, true);
  });

  it('leave nothing behind, though a fetch keeps its listener and the application’s signal lives on', async () => {
    const application = new AbortController();
    const signals: WeakRef<AbortSignal>[] = [];
    const call = async (): Promise<void> => {
      const controller = new AbortController();
      const send = (async (_url: string, _init: object, _ms: number, used: AbortController) => {
        used.signal.addEventListener('abort', () => signals.length);
        signals.push(new WeakRef(used.signal));
        return { ok: true };
      }) as unknown as Send;
      const made = requestsOf(send, ['url', { signal: application.signal }, 1000, controller]);
      await made.send();
      await made.send();
    };
    for (let i = 0; i < 20; i++) await call();
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      globalThis.gc?.();
    }
    assert.ok(signals.filter((signal) => signal.deref()).length <= 2);
  });

  it('stop for the reason that the SDK’s controller stops, and at once where it has stopped', async () => {
    const { sent, controller, send } = requests({});
    const reason = new Error('the stream is left');
    await send();
    controller.abort(reason);
    assert.equal(sent[0]?.signal.reason, reason);
    await send();
    assert.equal(sent[1]?.signal.reason, reason);
  });

  it('that failed listen to the SDK’s controller no more', async () => {
    const controller = new AbortController();
    const added = sinon.spy(controller.signal, 'addEventListener');
    const removed = sinon.spy(controller.signal, 'removeEventListener');
    const failing: Send = async () => {
      throw new Error('connection lost');
    };
    await assert.rejects(requestsOf(failing, ['url', {}, 1000, controller]).send(), /connection lost/);
    assert.deepEqual(
      removed.args.map(([, listener]) => listener),
      added.args.map(([, listener]) => listener),
    );
    assert.equal(added.callCount, 1);
  });

  it('that were answered are stopped by the SDK’s controller', async () => {
    const { sent, controller, send } = requests({});
    await send();
    assert.deepEqual(Object.getOwnPropertyNames(controller), []);
    controller.abort();
    assert.equal(sent[0]?.signal.aborted, true);
  });

  it('cannot be repeated where the body is made while it is sent', () => {
    const stream = new ReadableStream();
    for (const body of [stream, Readable.from(['a']), (async function* () {})()]) {
      assert.equal(requests({ body }).isRepeatable, false);
    }
    for (const body of [undefined, null, '{}', new Uint8Array(1), new Blob([]), new FormData()]) {
      assert.equal(requests({ body }).isRepeatable, true);
    }
  });
});
