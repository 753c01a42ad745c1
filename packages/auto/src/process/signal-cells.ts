/** Memory that the application's thread and the export thread share, about the signals that end a process. */
import { constants } from 'node:os';

const ALL = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;
export type EndingSignal = (typeof ALL)[number];

/** The signals that end a process of Node.js by default. Windows has only two of them. */
export const SIGNALS: readonly EndingSignal[] =
  process.platform === 'win32' ? ['SIGTERM', 'SIGINT'] : ALL.filter((signal) => signal in constants.signals);

/** The first process of a container: the kernel gives it no default action, so no signal ends it, and neither may we. */
export const isInit = (): boolean => process.platform !== 'win32' && process.pid === 1;

/**
 * Shared state of this thread and the export thread: whether this thread handles the signal, and the **epoch** of
 * each signal. A new one begins whenever the application adds a listener: a guard of an earlier one leaves the signal
 * to it.
 */
export class SignalCells {
  readonly cells: Int32Array;

  constructor(
    cells: Int32Array = new Int32Array(
      new SharedArrayBuffer((1 + ALL.length) * Int32Array.BYTES_PER_ELEMENT),
    ),
  ) {
    this.cells = cells;
  }

  epoch(signal: EndingSignal): number {
    return Atomics.load(this.cells, 1 + ALL.indexOf(signal));
  }

  nextEpoch(signal: EndingSignal): void {
    Atomics.add(this.cells, 1 + ALL.indexOf(signal), 1);
  }

  get isTaken(): boolean {
    return Atomics.load(this.cells, 0) === 1;
  }

  set isTaken(taken: boolean) {
    Atomics.store(this.cells, 0, taken ? 1 : 0);
  }

  /** Holds this thread up to `ms`, while the other one ends the process. */
  wait(ms: number): void {
    Atomics.wait(this.cells, 0, 1, ms);
  }
}
