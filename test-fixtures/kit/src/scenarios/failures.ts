/** Rows about calls that fail. */
import { createServer } from 'node:net';
import type { Ask, Row, Setting } from '../vendor-profile.ts';
import { answered, failed } from './expected.ts';

/** Within so many ms, a busy machine (load 7 on two cores) has sent a request; within 150 it once had not. */
const SENT_MS = 500;

/** A row whose call fails with a status, without retries. */
const refusedWith = (status: '401' | '429' | '500'): Row => ({
  name: status,
  async run({ client, call, attempt }) {
    await attempt('answer', () => call(client(), { model: `fail-${status}` }));
  },
  calls: (setting) => [failed(setting, status, `fail-${status}`)],
});

/** A URL at which no server listens. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${address.port}`;
}

const aborted = (ask: Ask): Row['run'] =>
  async function abort({ client, call, attempt, received }) {
    const controller = new AbortController();
    const answer = attempt('answer', () =>
      call(client(), { ...ask, model: 'hang' }, { signal: controller.signal }),
    );
    await received(1);
    controller.abort();
    await answer;
  };

const streaming = (setting: Setting) => ({ ...failed(setting, 'abort', 'hang'), stream: true });

export const failureRows: readonly Row[] = [
  refusedWith('401'),
  refusedWith('429'),
  refusedWith('500'),
  {
    name: "500 with the SDK's own retries, then an answer",
    async run({ client, call, see }) {
      see('answer', await call(client({ maxRetries: 2 }), { model: 'fail-500-twice' }));
    },
    calls: (setting) => [{ ...answered(setting), model: 'fail-500-twice', resends: 2 }],
  },
  {
    name: "500 in spite of the SDK's own retries",
    async run({ client, call, attempt }) {
      await attempt('answer', () => call(client({ maxRetries: 1 }), { model: 'fail-500' }));
    },
    calls: (setting) => [{ ...failed(setting, '500', 'fail-500'), resends: 1 }],
  },
  {
    name: 'connection refused',
    async run({ client, call, attempt }) {
      const url = await deadUrl();
      await attempt('answer', () => call(client({ url })));
    },
    calls: (setting) => [{ ...failed(setting, 'refused', setting.family.model), elsewhere: true }],
  },
  {
    name: 'connection reset before the answer',
    async run({ client, call, attempt }) {
      await attempt('answer', () => call(client(), { model: 'reset' }));
    },
    calls: (setting) => [failed(setting, 'reset', 'reset')],
  },
  {
    name: 'timeout',
    async run({ client, call, attempt }) {
      await attempt('answer', () => call(client(), { model: 'hang' }, { timeout: SENT_MS }));
    },
    calls: (setting) => [failed(setting, 'timeout', 'hang')],
  },
  {
    name: 'abort before the headers',
    run: aborted({}),
    calls: (setting) => [failed(setting, 'abort', 'hang')],
  },
  {
    name: 'abort before the headers of a stream',
    run: aborted({ stream: true }),
    calls: (setting) => [streaming(setting)],
  },
  {
    name: 'aborted before the call',
    async run({ client, call, attempt }) {
      await attempt('answer', () => call(client(), {}, { signal: AbortSignal.abort() }));
    },
    calls: (setting) => [failed(setting, 'abort', setting.family.model)],
  },
  {
    name: 'a stream that is refused',
    async run({ client, call, attempt }) {
      await attempt('stream', () => call(client(), { model: 'fail-429', stream: true }));
    },
    calls: (setting) => [{ ...failed(setting, '429', 'fail-429'), stream: true }],
  },
];
