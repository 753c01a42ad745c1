/**
 * **One export thread for the process.** A worker thread of the application that is ended from outside
 * (`worker.terminate()`) takes the threads that it has started with it. So worker threads start none: what they record
 * goes to the export thread of the main thread, by a channel whose messages survive their sender. Where that thread is
 * not there yet, the main thread gets the first of them, and starts it.
 */
import {
  BroadcastChannel,
  getEnvironmentData,
  isMainThread,
  type MessagePort,
  receiveMessageOnPort,
  setEnvironmentData,
} from 'node:worker_threads';
import { diag } from '@opentelemetry/api';
import { flushCell, flushedIn, notify } from '../../process/flush-cell.ts';
import { OWN_THREAD } from '../../process/once-per-thread.ts';
import type { ExportThread } from './client.ts';
import { handOver } from './hand-over.ts';

import type { WireItem } from './messages.ts';

/** All threads of the process find it under this key: the main thread gives it to those that it starts. */
const KEY = 'llmtrace.relay';

export interface RelaySetup {
  /** The name of the channel of the export thread; the main thread's is `${channel}.main`. */
  readonly channel: string;
  readonly cells: Int32Array;
}

/** The cells: which environment the main thread exports by, what of, whether its export thread receives, how much came. */
const ENVIRONMENT = 0;
const SIGNALS = 1;
const RECEIVES = 2;
const POSTED = 3;

export interface RelayedSignals {
  readonly traces: boolean;
  readonly metrics: boolean;
  readonly logs: boolean;
}

/** A message of a worker thread. */
type Relayed = { items: readonly WireItem[] } | { flush: Int32Array };

type Environment = Readonly<Record<string, string | undefined>>;

/** The export thread has ended: new messages wait in the main thread for the next one. */
export function suspendRelay({ cells }: RelaySetup): void {
  Atomics.store(cells, RECEIVES, 0);
}

/** What the main thread exports by its current environment. */
type Exported = () => { signals: RelayedSignals; env: Environment };

/**
 * The main thread offers its export thread to the worker threads of the process.
 *
 * @param start gives the export thread, and starts it where it is not there.
 */
export function offerRelay(exported: Exported, start: () => ExportThread | undefined): RelayOffer {
  const offer = new RelayOffer(exported, start);
  setEnvironmentData(KEY, offer.setup);
  process.on('worker', (worker) => offer.onWorker(worker));
  return offer;
}

export class RelayOffer {
  readonly setup: RelaySetup = {
    channel: `llmtrace.${process.pid}.${Math.random().toString(36).slice(2)}`,
    cells: new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT)),
  };
  readonly #exported: Exported;
  readonly #start: () => ExportThread | undefined;
  /** What worker threads post while no export thread receives. */
  #channel: BroadcastChannel | undefined;
  /** The number of messages at the last {@link collect}. */
  #collected = 0;

  constructor(exported: Exported, start: () => ExportThread | undefined) {
    this.#exported = exported;
    this.#start = start;
  }

  /** A worker thread starts, which finds in the cells whether this thread exports for it. */
  onWorker(worker: object): void {
    if (Reflect.has(worker, OWN_THREAD)) return;
    const { cells } = this.setup;
    const { signals, env } = this.#exported();
    if (Atomics.load(cells, RECEIVES) === 0) {
      Atomics.store(cells, SIGNALS, bitsOf(signals));
      Atomics.store(cells, ENVIRONMENT, hashOf(env));
    }
    if (bitsOf(signals) > 0) this.#channel ??= this.#open();
  }

  /**
   * Forwards the messages that worker threads have posted to this thread. @returns true if they have posted anything,
   * to any thread.
   */
  collect(): boolean {
    if (this.#channel) for (const message of waiting(this.#channel)) this.#forward(message);
    const posted = Atomics.load(this.setup.cells, POSTED);
    const isNew = posted !== this.#collected;
    this.#collected = posted;
    return isNew;
  }

  #open(): BroadcastChannel {
    const channel = new BroadcastChannel(`${this.setup.channel}.main`);
    channel.onmessage = ({ data }) => this.#forward(data as Relayed);
    unref(channel);
    return channel;
  }

  #forward(message: Relayed): void {
    const thread = this.#start();
    if ('flush' in message) void thread?.drain().finally(() => notify(message.flush));
    else for (const item of message.items) thread?.send(item);
  }
}

export interface RelayReceiver {
  drain(): void;
}

/** The export thread receives from now on. */
export function receiveRelayed(
  { channel: name, cells }: RelaySetup,
  { accept, flush }: { accept(items: readonly WireItem[]): void; flush(done: Int32Array): void },
): RelayReceiver {
  const channel = new BroadcastChannel(name);
  const take = (message: Relayed): void => {
    if ('flush' in message) flush(message.flush);
    else accept(message.items);
  };
  channel.onmessage = ({ data }) => take(data as Relayed);
  unref(channel);
  Atomics.store(cells, RECEIVES, 1);
  return {
    drain() {
      for (const message of waiting(channel)) take(message);
    },
  };
}

export interface Relay {
  readonly thread: ExportThread;
  readonly signals: RelayedSignals;
}

/**
 * The main thread's export thread, for a worker thread; undefined where there is none that exports by the same
 * environment. A worker thread whose environment names no exporter at all (`env: {}`) has the main thread's.
 */
export function relayOf(env: Environment, isPrompt = false): Relay | undefined {
  if (isMainThread) return undefined;
  const setup = getEnvironmentData(KEY) as RelaySetup | undefined;
  if (!setup) return undefined;
  const { cells } = setup;
  const bits = Atomics.load(cells, SIGNALS);
  const isSame = hashOf(env) === Atomics.load(cells, ENVIRONMENT) || hashOf(env) === hashOf({});
  if (bits === 0 || !isSame) return undefined;
  return { thread: relayingThread(setup, isPrompt), signals: signalsOf(bits) };
}

function relayingThread({ channel: name, cells }: RelaySetup, isPrompt: boolean): ExportThread {
  const channels = new Map<string, BroadcastChannel>();

  const post = (message: Relayed): void => {
    const target = Atomics.load(cells, RECEIVES) === 1 ? name : `${name}.main`;
    let channel = channels.get(target);
    if (!channel) {
      channel = new BroadcastChannel(target);
      unref(channel);
      channels.set(target, channel);
    }
    channel.postMessage(message);
    Atomics.add(cells, POSTED, 1);
  };
  const deliver = (batch: readonly WireItem[]): void => {
    try {
      post({ items: batch });
    } catch (error) {
      if (batch.length === 1) diag.error('llmtrace: could not export', error);
      else for (const item of batch) deliver([item]);
    }
  };
  const outgoing = handOver(deliver, isPrompt);

  return {
    send: outgoing.add,
    defer: (release) => outgoing.deferred.add(release),
    flush: outgoing.now,
    drain() {
      outgoing.now();
      const flush = flushCell();
      post({ flush });
      return flushedIn(flush);
    },
  };
}

function* waiting(channel: BroadcastChannel): Generator<Relayed> {
  const port = channel as unknown as MessagePort; // as Node.js documents it
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
    yield next.message as Relayed;
}

/** Node.js' own channels have it, its types do not. */
const unref = (channel: BroadcastChannel): void => (channel as unknown as MessagePort).unref();

const bitsOf = ({ traces, metrics, logs }: RelayedSignals): number =>
  (traces ? 1 : 0) | (metrics ? 2 : 0) | (logs ? 4 : 0);

const signalsOf = (bits: number): RelayedSignals => ({
  traces: (bits & 1) > 0,
  metrics: (bits & 2) > 0,
  logs: (bits & 4) > 0,
});

/** A number that two environments share only if they export alike: FNV-1a of the `OTEL_*` variables. */
export function hashOf(env: Environment): number {
  const text = Object.keys(env)
    .filter((name) => name.startsWith('OTEL_') && env[name])
    .sort()
    .map((name) => `${name}=${env[name]}\n`)
    .join('');
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}
