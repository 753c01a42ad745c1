/**
 * A **stage** runs a row in place of an application. It records the values that the application gets, and the server
 * records the requests. Both together are an **observation**: plain JSON, by which a run with llmtrace is compared
 * with one without.
 */
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Sdk } from './sdks.ts';
import type { RecordedRequest, VendorServer } from './server.ts';
import { type Portrait, portrait, shapeOf, steadyHeaders } from './snapshot.ts';
import type { Ask, CallOptions, ClientOptions, Row, Setting } from './vendor-profile.ts';

/** The events of a row that the application and the vendor see. */
export interface Observation {
  readonly seen: readonly (readonly [what: string, value: Portrait])[];
  readonly requests: readonly Portrait[];
  readonly unhandledRejections: readonly Portrait[];
}

/** The span of the application that makes the calls. */
export const CALLER = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
};

export interface Stage extends Setting {
  readonly sdk: Sdk;
  readonly server: VendorServer;
  client(options?: ClientOptions): any;
  /** Calls the family's method. Its arguments are frozen: neither the SDK nor llmtrace may change them. */
  call(client: any, ask?: Ask, options?: CallOptions): any;
  /** Records a value. */
  see(what: string, value: unknown): void;
  /** Records an object's classes and methods. */
  seeShape(what: string, value: object): void;
  /** Records the result of a function, or its error. */
  attempt<T>(what: string, run: () => T | PromiseLike<T>): Promise<T | undefined>;
  /** Resolves when the vendor has received `count` requests. */
  received(count: number): Promise<void>;
  /** Collects garbage and lets finalizers run. */
  collectGarbage(): Promise<void>;
  /** True where the application's own span is the active one. */
  isCallerActive(): boolean;
}

/** In ms. A row that collects garbage took 5 s where 20 processes wanted two cores. */
const BOUND = 20_000;

/**
 * Runs a row, and observes it until the vendor has closed all its requests.
 *
 * @param collects whether to collect garbage where the row asks for it: it is slow, and only telemetry depends on it.
 */
export async function observe(
  row: Row,
  setting: Setting,
  sdk: Sdk,
  server: VendorServer,
  collects = false,
): Promise<Observation> {
  server.clear();
  const seen: [string, Portrait][] = [];
  const rejections = interceptRejections();
  const caller = trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext(CALLER));
  try {
    const note = (what: string, value: Portrait) => void seen.push([what, value]);
    const stage = stageOf({ ...setting, sdk }, server, note, collects ? collectGarbage : turn);
    await within(
      `the row "${row.name}"`,
      context.with(caller, () => row.run(stage)),
    );
    if (!row.collected) await within('the end of all requests', server.idle());
    // Node.js reports unhandled rejections when the microtask queue is empty.
    for (let turns = 0; turns < 3; turns++) await turn();
  } finally {
    rejections.stop();
  }
  return {
    seen,
    requests: server.requests.map(requestPortrait),
    unhandledRejections: rejections.errors.map((e) => portrait(e)),
  };
}

function stageOf(
  setting: Setting & { sdk: Sdk },
  server: VendorServer,
  note: (what: string, value: Portrait) => void,
  collect: () => Promise<void>,
): Stage {
  const { vendor, family, sdk } = setting;
  const see = (what: string, value: unknown) => note(what, portrait(value));
  return {
    ...setting,
    server,
    client: (options = {}) => vendor.client(sdk, options.url ?? server.url, options),
    call: (client, ask = {}, options) => family.call(client, frozen(family.request(ask)), frozen(options)),
    see,
    seeShape: (what, value) => note(what, shapeOf(value)),
    async attempt(what, run) {
      try {
        const value = await run();
        see(what, value);
        return value;
      } catch (error) {
        see(`${what}: error`, error);
        return undefined;
      }
    },
    collectGarbage: collect,
    received: (count) => within(`request ${count}`, server.received(count)),
    isCallerActive: () => trace.getSpan(context.active())?.spanContext().spanId === CALLER.spanId,
  };
}

/** Collects garbage (this needs `--expose-gc`), and waits until finalizers have run, which is in a later task. */
export async function collectGarbage(): Promise<void> {
  if (!globalThis.gc) throw new Error('Expected node to run with --expose-gc.');
  await turn();
  globalThis.gc();
  await wait(1);
}

const requestPortrait = ({ method, path, query, headers, body, aborted }: RecordedRequest): Portrait => ({
  method,
  path,
  query: portrait(query),
  headers: steadyHeaders(Object.entries(headers)),
  body: portrait(body),
  aborted,
});

/** Records unhandled rejections, which otherwise the test runner or Node.js would report. */
export function interceptRejections(): { errors: unknown[]; stop(): void } {
  const errors: unknown[] = [];
  const others = process.listeners('unhandledRejection');
  const listener = (error: unknown) => void errors.push(error);
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', listener);
  return {
    errors,
    stop() {
      process.off('unhandledRejection', listener);
      for (const other of others) process.on('unhandledRejection', other);
    },
  };
}

/** Freezes plain objects and lists, with all that they contain. */
export function frozen<T>(value: T): T {
  const proto = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined;
  if (proto !== Object.prototype && proto !== Array.prototype) return value;
  for (const inner of Object.values(value as object)) frozen(inner);
  return Object.freeze(value);
}

/** Waits for a promise that must resolve within `ms`. */
export async function within<T>(what: string, awaited: Promise<T>, ms = BOUND): Promise<T> {
  const bound = new AbortController();
  const late = wait(ms, undefined, { signal: bound.signal }).then(() => {
    throw new Error(`Expected ${what} within ${ms} ms.`);
  });
  try {
    return await Promise.race([awaited, late]);
  } finally {
    bound.abort();
    late.catch(() => {});
  }
}
