/**
 * Handles signals that end the process: exports pending telemetry first, and then ends the process by the same
 * signal.
 *
 * A listener in the application's thread disables the default action while that thread is busy: a process with a
 * blocked event loop would survive SIGTERM. So the export thread listens instead as soon as it can
 * (`signal-guard.ts`), and ends the process even if the application's thread does not react. Until then, and where it
 * cannot, this thread listens, unless the application does: a signal that the application handles is left to it.
 */

import { ownFlush } from './flush.ts';
import { keepListening } from './kept-listeners.ts';
import { type EndingSignal, isInit, SIGNALS, SignalCells } from './signal-cells.ts';

export const signalCells = new SignalCells();

// As it is now: the tests of an application may replace it.
const { setImmediate } = globalThis;

/** How long the export thread may take to end the process, in ms. */
const END_MS = 1000;

/** A thread that can guard signals in the place of this one. */
export interface GuardingThread {
  guard(signal: EndingSignal, epoch: number): void;
  release(signal: EndingSignal): void;
  end(signal: EndingSignal): void;
}

const watches = new Map<string | symbol, SignalWatch>();
let guard: GuardingThread | undefined;

/** From now on the process does `finish` before one of the signals ends it. Only the main thread sees signals. */
export function watchSignals(finish: () => void): void {
  for (const signal of SIGNALS) watches.set(signal, new SignalWatch(signal, finish));
  keepListening('removeListener', (event: string | symbol, listener: unknown) =>
    watches.get(event)?.removed(listener),
  );
  keepListening('newListener', (event: string | symbol, listener: unknown) =>
    watches.get(event)?.added(listener),
  );
  settleAll();
}

/** Has `thread` guard the signals; undefined: this thread alone. */
export function appoint(thread: GuardingThread | undefined): void {
  guard = thread;
  settleAll();
}

/** The export thread reports that it guards a signal, in an epoch. */
export function guarded(signal: EndingSignal, epoch: number): void {
  watches.get(signal)?.guarded(epoch);
}

/** The export thread has got a signal that the application does not listen to. */
export function arrived(signal: EndingSignal): void {
  watches.get(signal)?.end();
}

function settleAll(): void {
  for (const watch of watches.values()) watch.settle();
}

/**
 * A signal that came before the export thread listened is in the pipe of this thread's event loop alone, and libuv reads that
 * pipe last: to stop listening as soon as the thread reports would lose the signal. The second immediate runs after the next
 * poll. Unreferenced ones would run after the next event, which may block the event loop.
 */
function afterPendingSignals(run: () => void): void {
  setImmediate(() => setImmediate(run));
}

class SignalWatch {
  private readonly signal: EndingSignal;
  private readonly finish: () => void;
  private readonly listener = (): void => this.end();
  private isListening = false;
  private isEnding = false;
  private guardedBy: GuardingThread | undefined;
  private guardedSince = -1;

  constructor(signal: EndingSignal, finish: () => void) {
    this.signal = signal;
    this.finish = finish;
  }

  added(listener: unknown): void {
    if (listener === this.listener) return;
    signalCells.nextEpoch(this.signal);
    // A listener that is being added does not count yet; removing ours now would leave the signal without a listener.
    process.nextTick(() => this.settle());
  }

  removed(listener: unknown): void {
    if (listener === this.listener) {
      // The application has removed all.
      if (this.isListening) process.nextTick(() => this.settle());
      this.isListening = false;
      return;
    }
    const wasListening = this.isListening;
    this.settle();
    // The application may send the signal again at once, with nothing left to do; without us that ends the process. Our
    // listener sees it when the event loop polls next: after the immediates of this turn, before those of the next.
    if (this.isListening && !wasListening) afterPendingSignals(() => {});
  }

  guarded(epoch: number): void {
    const guardedBy = guard;
    afterPendingSignals(() => {
      this.guardedBy = guardedBy;
      this.guardedSince = epoch;
      this.settle();
    });
  }

  settle(): void {
    if (this.isEnding) return;
    if (process.listenerCount(this.signal) > (this.isListening ? 1 : 0)) {
      this.listen(false);
      guard?.release(this.signal);
      this.guardedBy = undefined;
    } else if (this.isGuarded()) this.listen(false);
    else {
      this.listen(true);
      guard?.guard(this.signal, signalCells.epoch(this.signal));
    }
  }

  private isGuarded(): boolean {
    const { guardedBy, guardedSince } = this;
    return guard !== undefined && guardedBy === guard && guardedSince === signalCells.epoch(this.signal);
  }

  private listen(wanted: boolean): void {
    if (this.isListening === wanted) return;
    this.isListening = wanted;
    if (wanted) process.on(this.signal, this.listener);
    else process.off(this.signal, this.listener);
  }

  end(): void {
    if (isInit()) {
      ownFlush()?.();
      return;
    }
    if (this.isEnding) return;
    this.isEnding = true;
    signalCells.isTaken = true;
    this.listen(false); // a second signal ends the process at once
    this.finish();
    if (guard) {
      guard.end(this.signal);
      signalCells.wait(END_MS);
    }
    process.kill(process.pid, this.signal);
  }
}
