/**
 * The **link** between a thread of the application and its export thread, besides the telemetry itself: awaited
 * flushes, and the signals that the export thread guards. Each export thread has a separate link.
 */
import { isMainThread, MessageChannel, type MessagePort } from 'node:worker_threads';
import { flushCell, flushedIn } from '../../process/flush-cell.ts';
import type { EndingSignal } from '../../process/signal-cells.ts';
import { appoint, arrived, guarded, signalCells } from '../../process/signals.ts';
import { type RelaySetup, suspendRelay } from './worker-relay.ts';

/** The start parameters of the export thread. */
export interface LinkSetup {
  readonly port: MessagePort;
  /** Of the signals. */
  readonly cells: Int32Array;
  /** A flush at the end of the process is waited for so long, in ms. */
  readonly timeout: number;
  /** Whether all is exported as it comes. */
  readonly isPrompt: boolean;
  /** Where the telemetry of worker threads comes from. */
  readonly relay: RelaySetup | undefined;
}

/** From the application's thread. */
export type LinkRequest =
  | { kind: 'flush'; done: Int32Array }
  | { kind: 'guard'; signal: EndingSignal; epoch: number }
  | { kind: 'release' | 'end'; signal: EndingSignal };

/** From the export thread. */
export interface LinkNotice {
  kind: 'guarding' | 'signal';
  signal: EndingSignal;
  epoch: number;
}

/**
 * Flags of the export thread, without which it can guard no signal: Node.js' binding of signals is internal, and says so
 * in a warning.
 */
export const GUARD_FLAGS: readonly string[] = ['--expose-internals', '--no-warnings'];

export type LinkOptions = Pick<LinkSetup, 'timeout' | 'isPrompt' | 'relay'>;

export class ThreadLink {
  readonly setup: LinkSetup;
  private readonly port: MessagePort;

  constructor(options: LinkOptions) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.setup = { ...options, port: port2, cells: signalCells.cells };
    port1.on('message', ({ kind, signal, epoch }: LinkNotice) => {
      if (kind === 'guarding') guarded(signal, epoch);
      else arrived(signal);
    });
    port1.unref();
    if (isMainThread) appoint(this);
  }

  /** Resolves when all that the export thread was sent before is exported, or cannot be. */
  flushed(): Promise<void> {
    const done = flushCell();
    this.send({ kind: 'flush', done });
    return flushedIn(done);
  }

  guard(signal: EndingSignal, epoch: number): void {
    this.send({ kind: 'guard', signal, epoch });
  }

  release(signal: EndingSignal): void {
    this.send({ kind: 'release', signal });
  }

  end(signal: EndingSignal): void {
    this.send({ kind: 'end', signal });
  }

  /** The export thread has ended. */
  close(): void {
    this.port.close();
    if (this.setup.relay) suspendRelay(this.setup.relay);
    if (isMainThread) appoint(undefined);
  }

  private send(request: LinkRequest): void {
    this.port.postMessage(request);
  }
}
