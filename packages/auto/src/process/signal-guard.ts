/**
 * The part of the export thread that listens to signals in the place of the application's thread. libuv gives a signal to
 * every event loop that has a handle for it, but Node.js makes handles in the main thread only: its own binding is asked
 * for one, which `--expose-internals` allows in this thread alone. Where that is no more, the main thread listens.
 */
import module from 'node:module';
import { constants } from 'node:os';
import { type EndingSignal, isInit, SignalCells } from './signal-cells.ts';

const require = module.createRequire(import.meta.url);

/** So long, in ms, the application's thread may take to notice a signal, before it counts as blocked. */
const GRACE_MS = 200;
/** A signal repeated within this time, in ms, counts as one: a terminal and the parent process both send it. */
const AGAIN_MS = 300;

/** A handle of libuv for one signal. */
interface Handle {
  onsignal: (number: number) => void;
  start(number: number): number;
  unref(): void;
  close(): void;
}

export interface GuardOptions {
  readonly cells: Int32Array;
  /** Exports the telemetry of this thread. */
  readonly flush: () => Promise<void>;
  /** A flush is waited for so long, in ms. */
  readonly timeout: number;
  /** Notifies the application's thread. */
  readonly notify: (message: { kind: 'guarding' | 'signal'; signal: EndingSignal; epoch: number }) => void;
}

/** What is guarded: one handle for each signal, in the epoch in which the application's thread asked for it. */
interface Guarded {
  readonly handle: Handle;
  epoch: number;
}

export class SignalGuard {
  readonly #Handle = signalHandle();
  readonly #cells: SignalCells;
  readonly #flush: GuardOptions['flush'];
  readonly #timeout: number;
  readonly #notify: GuardOptions['notify'];
  readonly #guarded = new Map<EndingSignal, Guarded>();
  #endingSince: number | undefined;

  constructor({ cells, flush, timeout, notify }: GuardOptions) {
    this.#cells = new SignalCells(cells);
    this.#flush = flush;
    this.#timeout = timeout;
    this.#notify = notify;
  }

  guard(signal: EndingSignal, epoch: number): void {
    if (!this.#Handle) return;
    const known = this.#guarded.get(signal);
    if (known) known.epoch = epoch;
    else if (!this.#listen(this.#Handle, signal, epoch)) return;
    this.#notify({ kind: 'guarding', signal, epoch });
  }

  release(signal: EndingSignal): void {
    this.#guarded.get(signal)?.handle.close();
    this.#guarded.delete(signal);
  }

  /** Ends the process by the signal, as without llmtrace: with no handle left, its default action applies again. */
  end(signal: EndingSignal): void {
    this.release(signal);
    process.kill(process.pid, signal);
  }

  #listen(Signal: new () => Handle, signal: EndingSignal, epoch: number): boolean {
    const handle = new Signal();
    handle.unref();
    handle.onsignal = () => this.#onSignal(signal);
    if (handle.start(constants.signals[signal]) !== 0) return false;
    this.#guarded.set(signal, { handle, epoch });
    return true;
  }

  #onSignal(signal: EndingSignal): void {
    if (!this.#isOurs(signal)) return; // the application listens to it
    const flushed = this.#flush();
    if (isInit()) return;
    if (this.#endingSince !== undefined) {
      if (performance.now() - this.#endingSince > AGAIN_MS) this.end(signal);
      return;
    }
    this.#endingSince = performance.now();
    this.#notify({ kind: 'signal', signal, epoch: this.#cells.epoch(signal) });
    setTimeout(() => void this.#endIfBlocked(signal, flushed), GRACE_MS);
  }

  async #endIfBlocked(signal: EndingSignal, flushed: Promise<void>): Promise<void> {
    if (this.#cells.isTaken) return;
    await Promise.race([flushed, delay(this.#timeout)]);
    if (!this.#cells.isTaken && this.#isOurs(signal)) this.end(signal);
  }

  #isOurs(signal: EndingSignal): boolean {
    return this.#guarded.get(signal)?.epoch === this.#cells.epoch(signal);
  }
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function signalHandle(): (new () => Handle) | undefined {
  try {
    const { internalBinding } = require('internal/test/binding');
    return internalBinding('signal_wrap').Signal;
  } catch {
    return undefined; // not with this version of Node.js, or its permissions
  }
}
