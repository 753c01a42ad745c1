/** The metrics of a real SDK's calls, on every way in which a call can end. */
import assert from 'node:assert/strict';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';
import {
  createTelemetry,
  hookVendorModules,
  loadSdk,
  startVendorServer,
  type VendorServer,
} from '@llmtrace/test-fixtures';
import { type PrometheusObserver, prometheusObserver } from '../src/index.ts';
import { render } from '../src/render.ts';

type Play = (client: any) => Promise<unknown>;

const messages = [{ role: 'user', content: 'hi' }];
const ask = (client: any, model: string, options: object = {}, init: object = {}) =>
  client.chat.completions.create({ model, messages, ...options }, init);

const STREAM = { stream: true };

/** Each with the class of its failure, if it is one. */
const PLAYS: [what: string, failure: string | undefined, play: Play][] = [
  ['an answer', undefined, (client) => ask(client, 'gpt-4o-mini')],
  ['a stream that is read', undefined, async (client) => readAll(await ask(client, 'gpt-4o-mini', STREAM))],
  [
    'a stream that is left',
    undefined,
    async (client) => {
      for await (const _ of await ask(client, 'gpt-4o-mini', STREAM)) break;
    },
  ],
  ['a refused key', 'auth', (client) => ask(client, 'fail-401')],
  ['a rate limit', 'rate_limit', (client) => ask(client, 'fail-429')],
  ['a failing vendor', 'server', (client) => ask(client, 'fail-500')],
  ['a broken connection', 'connection', (client) => ask(client, 'reset')],
  ['a timeout', 'timeout', (client) => ask(client, 'hang', {}, { timeout: 50 })],
  ['an abort', undefined, (client) => ask(client, 'hang', {}, { signal: AbortSignal.timeout(30) })],
  ['a stream that fails', 'server', async (client) => readAll(await ask(client, 'error-mid-stream', STREAM))],
  [
    'a stream that breaks',
    'connection',
    async (client) => readAll(await ask(client, 'drop-mid-stream', STREAM)),
  ],
  ['a stream that is never read', undefined, dropStream],
];

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

async function dropStream(client: any): Promise<void> {
  await ask(client, 'hang-mid-stream', STREAM);
}

describe('the Prometheus metrics of a real SDK', () => {
  let vendor: VendorServer;
  let instrumentation: OpenAIInstrumentation;
  let observer: PrometheusObserver;
  let client: any;

  before(async () => {
    await hookVendorModules();
    vendor = await startVendorServer();
    observer = prometheusObserver();
    instrumentation = createTelemetry().install(new OpenAIInstrumentation({ observers: [observer] }));
    const sdk = await loadSdk({ set: 'openai-7', package: 'openai', format: 'cjs' });
    client = new sdk.exports.OpenAI({ apiKey: 'k', baseURL: `${vendor.url}/v1`, maxRetries: 0 });
  });
  after(async () => {
    instrumentation.disable();
    await vendor.close();
  });

  /** The sum of a metric over all its labels. */
  async function total(name: string, label = ''): Promise<number> {
    const { body } = await render(observer.register, undefined);
    const lines = body.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes(label));
    return lines.reduce((sum, line) => sum + Number(/\S+$/.exec(line)?.[0]), 0);
  }

  for (const [what, failure, play] of PLAYS) {
    it(`count ${what} once, as ${failure ?? 'no failure'}, and as active no longer`, async () => {
      const names = ['llmtrace_requests_total', 'llmtrace_errors_total'] as const;
      const [requests, errors] = await Promise.all(names.map((name) => total(name)));
      const same = failure === undefined ? 0 : await total('llmtrace_errors_total', `"${failure}"`);
      await play(client).catch(() => {});
      await gone(async () => (await total('llmtrace_active_requests')) === 0);
      assert.equal(await total('llmtrace_active_requests'), 0);
      assert.equal(await total('llmtrace_requests_total'), (requests ?? 0) + 1);
      assert.equal(await total('llmtrace_errors_total'), (errors ?? 0) + (failure === undefined ? 0 : 1));
      if (failure) assert.equal(await total('llmtrace_errors_total', `"${failure}"`), same + 1);
    });
  }
});

/** Collects garbage until it holds: a call ends, too, when its objects are collected. */
async function gone(holds: () => Promise<boolean>): Promise<void> {
  for (let turns = 0; turns < 100 && !(await holds()); turns++) {
    globalThis.gc?.();
    await new Promise(setImmediate);
  }
}
