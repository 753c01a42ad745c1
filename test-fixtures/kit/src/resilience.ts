/**
 * The resilience suite: what interceptors do to calls, with every copy of every vendor's SDK. It says nothing of what
 * an application sees where they let a call pass: that is the conformance suite's, which runs with interceptors on, too.
 */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { patchLoaded } from './loaded.ts';
import { hookVendorModules, loadSdk, type Sdk, sdkInfo } from './sdks.ts';
import { startVendorServer, type VendorServer } from './server.ts';
import { frozen, interceptRejections, within } from './stage.ts';
import { createTelemetry, type Telemetry } from './telemetry.ts';
import type { InstrumentationUnderTest } from './troupe.ts';
import type { Ask, CallOptions, ClientOptions, VendorCase } from './vendor-case.ts';

export interface ResilienceSubject {
  /** Makes the instrumentation, with this configuration. */
  create(config: object): InstrumentationUnderTest;
  /** Whether the SDK itself retries, and numbers its requests. */
  readonly numbered: boolean;
}

/** Fails at once where an attempt fails, but by its own formula; nothing that the server says makes it quick. */
const SOON = { initialInterval: 5, jitter: 0, maxInterval: 20 };
const LATE = { initialInterval: 60_000, maxInterval: 60_000, deadline: 600_000 };

type Ended = { value: any } | { error: any };

class Scene {
  readonly telemetry: Telemetry = createTelemetry();
  readonly vendor: VendorCase;
  readonly sdk: Sdk;
  readonly server: VendorServer;
  readonly subject: ResilienceSubject;

  constructor(vendor: VendorCase, sdk: Sdk, server: VendorServer, subject: ResilienceSubject) {
    this.vendor = vendor;
    this.sdk = sdk;
    this.server = server;
    this.subject = subject;
  }

  /** Runs with an instrumentation of that configuration. */
  async with(config: object, run: () => Promise<void>): Promise<void> {
    const { server, telemetry, subject, sdk } = this;
    server.clear();
    await telemetry.reset();
    const instrumentation = telemetry.install(subject.create(config));
    patchLoaded(instrumentation, sdk);
    try {
      await run();
    } finally {
      instrumentation.disable();
    }
  }

  /** @param maxRetries of the client, where the SDK has retries of its own; 2 is its default. */
  call(ask: Ask = {}, options?: CallOptions & { maxRetries?: number }, maxRetries = 2): any {
    const [family] = this.vendor.families;
    const client: ClientOptions = this.subject.numbered ? { maxRetries } : {};
    const made = this.vendor.client(this.sdk, this.server.url, client);
    return family?.call(made, frozen(family.request(ask)), frozen(options));
  }

  async end(call: any): Promise<Ended> {
    try {
      const value = await within('the end of a call', Promise.resolve(call));
      return { value };
    } catch (error) {
      return { error };
    }
  }

  get requests(): number {
    return this.server.requests.length;
  }

  get numbers(): unknown[] {
    return this.server.requests.map(({ headers }) => headers['x-stainless-retry-count']);
  }
}

/** Reads a stream to its end. Google's older SDK gives one beside a promise of the whole answer. */
async function readAll(answer: any): Promise<void> {
  for await (const _ of answer.stream ?? answer);
}

/** Without what differs between two errors of one kind. */
const kindOf = (error: any): unknown => [
  error?.constructor?.name,
  error?.name,
  error?.status,
  steady(error?.message),
];
const steady = (message: unknown): string =>
  String(message)
    .replace(/:\d+/g, ':port')
    .replace(/models\/[\w.-]+/, 'models/model');

/** Describes the suite for a vendor, for every copy of its SDK. */
export function describeResilience(vendor: VendorCase, subject: ResilienceSubject): void {
  describe(`resilience: ${vendor.name}`, function suite() {
    this.timeout(30_000);
    let server: VendorServer;
    before(async () => {
      await hookVendorModules();
      server = await startVendorServer();
    });
    after(() => server.close());
    for (const set of vendor.sets) {
      for (const format of ['cjs', 'esm'] as const) {
        const name = { set, package: vendor.package, format };
        const info = sdkInfo(name);
        describe(`${info.package} ${info.version} as ${format}`, () => {
          let scene: Scene;
          before(async () => {
            scene = new Scene(vendor, await loadSdk(name), server, subject);
          });
          describeRetries(() => scene, subject);
          describeWaiting(() => scene);
          describeRefusals(() => scene, subject);
        });
      }
    }
  });
}

function describeRetries(sceneOf: () => Scene, { numbered }: ResilienceSubject): void {
  for (const stream of [false, true]) {
    it(`repeats ${stream ? 'a stream' : 'a call'} that fails twice`, async () => {
      const scene = sceneOf();
      await scene.with({ retry: { ...SOON } }, async () => {
        const ended = await scene.end(scene.call({ model: 'fail-500-twice', stream }));
        assert.ok('value' in ended, String((ended as any).error));
        if (stream) await readAll(ended.value);
        assert.equal(scene.requests, 3);
        // The oldest copies do not number their requests; what is not there is not added.
        if (scene.numbers[0] !== undefined) assert.deepEqual(scene.numbers, ['0', '1', '2']);
        await expectRetries(scene, 2);
      });
    });
  }

  it('gives the error that the SDK itself makes of the last attempt', async () => {
    const scene = sceneOf();
    const native = await scene.end(scene.call({ model: 'fail-500' }, undefined, 0));
    await scene.with({ retry: { ...SOON } }, async () => {
      const ended = await scene.end(scene.call({ model: 'fail-500' }));
      assert.deepEqual(kindOf((ended as any).error), kindOf((native as any).error));
      assert.equal(scene.requests, 4);
    });
  });

  it('repeats what timed out, each attempt with a time of its own', async () => {
    const scene = sceneOf();
    const native = await scene.end(scene.call({ model: 'hang' }, { timeout: 60 }, 0));
    await scene.with({ retry: { ...SOON, maxRetries: 1 } }, async () => {
      const options = numbered ? { timeout: 60, maxRetries: 1 } : { timeout: 60 };
      const ended = await scene.end(scene.call({ model: 'hang' }, options));
      assert.deepEqual(kindOf((ended as any).error), kindOf((native as any).error));
      assert.equal(scene.requests, 2);
    });
  });

  it('repeats a connection that broke before the answer', async () => {
    const scene = sceneOf();
    await scene.with({ retry: { ...SOON, maxRetries: 1 } }, async () => {
      await scene.end(scene.call({ model: 'reset' }, undefined, 1));
      assert.ok(scene.requests >= 2, `${scene.requests} requests`);
    });
  });

  it('repeats nothing after the first chunk, and nothing that is refused for good', async () => {
    const scene = sceneOf();
    await scene.with({ retry: { ...SOON } }, async () => {
      const ended = await scene.end(scene.call({ model: 'drop-mid-stream', stream: true }, undefined, 2));
      await assert.rejects(readAll((ended as any).value));
      // Google's older SDK reads the same stream for a promise of the whole answer, too.
      await (ended as any).value.response?.catch(() => {});
      assert.equal(scene.requests, 1);
      await scene.end(scene.call({ model: 'fail-401' }, undefined, 2));
      assert.equal(scene.requests, 2);
    });
  });

  if (!numbered) return;
  it('leaves the number of retries to the application where that gives one', async () => {
    const scene = sceneOf();
    await scene.with({ retry: { ...SOON } }, async () => {
      await scene.end(scene.call({ model: 'fail-500' }, { maxRetries: 0 }, 2));
      assert.equal(scene.requests, 1, 'of a call without retries');
      await scene.end(scene.call({ model: 'fail-500' }, undefined, 0));
      assert.equal(scene.requests, 2, 'of a client without retries');
      await scene.end(scene.call({ model: 'fail-500' }, { maxRetries: 1 }, 0));
      assert.equal(scene.requests, 4, 'of a call with one retry');
    });
  });
}

/** One span, which tells of each retry; and the counter. */
async function expectRetries({ telemetry }: Scene, count: number): Promise<void> {
  await within('the end of the span', telemetry.ended());
  const [span, ...others] = telemetry.spans();
  assert.equal(others.length, 0);
  assert.equal(span?.attributes['http.request.resend_count'], count);
  const told = span?.events.map(({ name, attributes }) => [name, attributes?.['llmtrace.retry.attempt']]);
  assert.deepEqual(
    told,
    Array.from({ length: count }, (_, index) => ['llmtrace.retry', index + 1]),
  );
  for (const { attributes } of span?.events ?? []) {
    assert.equal(attributes?.['error.type'], 'server');
    assert.equal(attributes?.['http.response.status_code'], 500);
    assert.equal(typeof attributes?.['llmtrace.retry.delay_ms'], 'number');
  }
  const retries = (await telemetry.metrics()).filter(({ name }) => name === 'llmtrace.client.retries');
  assert.deepEqual(
    retries.map(({ sum, attributes }) => [sum, attributes['error.type']]),
    [[count, 'server']],
  );
}

function describeWaiting(sceneOf: () => Scene): void {
  it('stops waiting for a retry when the application aborts, and gives the error of the SDK', async () => {
    const scene = sceneOf();
    await scene.with({ retry: LATE }, async () => {
      const controller = new AbortController();
      const options = { signal: controller.signal };
      const call = scene.end(scene.call({ model: 'reset' }, options, 2));
      await wait(100);
      const { length } = scene.server.requests;
      controller.abort();
      await expectAborted(scene, await call);
      assert.equal(scene.requests, length);
    });
  });

  it('sends no request of a call that is aborted while it waits in line', async () => {
    const scene = sceneOf();
    await scene.with({ rateLimit: { rate: 0.001, burst: 1 } }, async () => {
      await scene.end(scene.call());
      const controller = new AbortController();
      const waiting = scene.end(scene.call({}, { signal: controller.signal }));
      await wait(30);
      controller.abort(new Error('a reason of its own'));
      await expectAborted(scene, await waiting);
      assert.equal(scene.requests, 1);
    });
  });

  it('waits in line, and says how long', async () => {
    const scene = sceneOf();
    await scene.with({ rateLimit: { rate: 20, burst: 1 } }, async () => {
      const since = performance.now();
      await Promise.all([1, 2, 3].map(() => scene.end(scene.call())));
      assert.ok(performance.now() - since >= 99, 'three calls take 100 ms');
      await within('the end of the spans', scene.telemetry.ended());
      const waits = scene.telemetry
        .spans()
        .map(({ attributes }) => Number(attributes['llmtrace.rate_limit.wait'] ?? 0));
      assert.ok(Math.max(...waits) >= 0.09 && Math.max(...waits) < 1, String(waits));
      const [metric] = (await scene.telemetry.metrics()).filter(
        ({ name }) => name === 'llmtrace.client.rate_limit.wait',
      );
      assert.equal(metric?.count, 3);
    });
  });
}

/** What an application gets when it aborts a request that is under way. */
async function expectAborted(scene: Scene, ended: Ended): Promise<void> {
  const { requests } = scene.server;
  const kept = [...requests];
  const controller = new AbortController();
  const under = scene.end(scene.call({ model: 'hang' }, { signal: controller.signal }, 0));
  requests.length = 0;
  await wait(50);
  controller.abort();
  const native = await under;
  requests.splice(0, requests.length, ...kept);
  assert.deepEqual(kindOf((ended as any).error), kindOf((native as any).error));
}

function describeRefusals(sceneOf: () => Scene, { numbered }: ResilienceSubject): void {
  it('refuses a call with an error of its own, which the SDK neither wraps nor repeats', async () => {
    const scene = sceneOf();
    await scene.with({ rateLimit: { rate: 0.001, burst: 1, mode: 'refuse' } }, async () => {
      await scene.end(scene.call());
      for (const stream of [false, true]) {
        const ended = (await scene.end(scene.call({ stream }, undefined, 2))) as any;
        assert.equal(ended.error?.name, 'LlmTraceError');
        assert.equal(ended.error?.code, 'rate_limited');
      }
      if (numbered) {
        for (const way of ['asResponse', 'withResponse']) {
          const ended = (await scene.end(scene.call()[way]())) as any;
          assert.equal(ended.error?.name, 'LlmTraceError', way);
        }
      }
      assert.equal(scene.requests, 1);
      await within('the end of the spans', scene.telemetry.ended());
    });
  });

  it('hands on what an interceptor of the application throws', async () => {
    const scene = sceneOf();
    const own = new Error('not today');
    const interceptors = [async () => Promise.reject(own)];
    await scene.with({ interceptors, retry: { ...SOON } }, async () => {
      const ended = (await scene.end(scene.call({}, undefined, 2))) as any;
      assert.equal(ended.error, own);
      assert.equal(scene.requests, 0);
    });
  });

  it('is one unhandled rejection where nobody waits for a refused call', async () => {
    const scene = sceneOf();
    const own = new Error('not today');
    await scene.with({ interceptors: [async () => Promise.reject(own)] }, async () => {
      const rejections = interceptRejections();
      try {
        scene.call();
        await within('the end of the span', scene.telemetry.ended());
        await wait(20);
      } finally {
        rejections.stop();
      }
      assert.deepEqual(rejections.errors, [own]);
    });
  });

  it('lets an interceptor see every attempt, and repeat one', async () => {
    const scene = sceneOf();
    const seen: unknown[] = [];
    const twice = async (_call: unknown, next: () => Promise<unknown>): Promise<unknown> => {
      try {
        return await next();
      } catch (error: any) {
        seen.push(error.status);
        return next();
      }
    };
    await scene.with({ interceptors: [twice] }, async () => {
      const ended = await scene.end(scene.call({ model: 'fail-500-once' }, undefined, 0));
      assert.ok('value' in ended);
      assert.deepEqual(seen, [500]);
      assert.equal(scene.requests, 2);
    });
  });
}
