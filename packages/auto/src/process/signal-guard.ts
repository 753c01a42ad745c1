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

export interface SignalGuard {
  guard(signal: EndingSignal, epoch: number): void;
  release(signal: EndingSignal): void;
  /** Ends the process by the signal. */
  end(signal: EndingSignal): void;
}

export function startSignalGuard({ flush, timeout, notify, ...options }: GuardOptions): SignalGuard {
  const Handle = signalHandle();
  const cells = new SignalCells(options.cells);
  const guarded = new Map<EndingSignal, { handle: Handle; epoch: number }>();
  let endingSince: number | undefined;

  const release = (signal: EndingSignal): void => {
    guarded.get(signal)?.handle.close();
    guarded.delete(signal);
  };

  /** As without llmtrace: with no handle left, the signal's default action applies again. */
  const end = (signal: EndingSignal): void => {
    release(signal);
    process.kill(process.pid, signal);
  };

  const isOurs = (signal: EndingSignal): boolean => guarded.get(signal)?.epoch === cells.epoch(signal);

  const endIfBlocked = async (signal: EndingSignal, flushed: Promise<void>): Promise<void> => {
    if (cells.isTaken) return;
    await Promise.race([flushed, delay(timeout)]);
    if (!cells.isTaken && isOurs(signal)) end(signal);
  };

  const arrived = (signal: EndingSignal): void => {
    if (!isOurs(signal)) return; // the application listens to it
    const flushed = flush();
    if (isInit()) return;
    if (endingSince !== undefined) {
      if (performance.now() - endingSince > AGAIN_MS) end(signal);
      return;
    }
    endingSince = performance.now();
    notify({ kind: 'signal', signal, epoch: cells.epoch(signal) });
    setTimeout(() => void endIfBlocked(signal, flushed), GRACE_MS);
  };

  const listen = (Signal: new () => Handle, signal: EndingSignal, epoch: number): boolean => {
    const handle = new Signal();
    handle.unref();
    handle.onsignal = () => arrived(signal);
    if (handle.start(constants.signals[signal]) !== 0) return false;
    guarded.set(signal, { handle, epoch });
    return true;
  };

  return {
    guard(signal, epoch) {
      if (!Handle) return;
      const known = guarded.get(signal);
      if (known) known.epoch = epoch;
      else if (!listen(Handle, signal, epoch)) return;
      notify({ kind: 'guarding', signal, epoch });
    },
    release,
    end,
  };
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
