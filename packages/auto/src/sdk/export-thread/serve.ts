/** The export thread's end of a {@link ThreadLink}. It is there before anything else of the thread is loaded. */
import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { notify } from '../../process/flush-cell.ts';
import { SignalGuard } from '../../process/signal-guard.ts';
import type { LinkNotice, LinkRequest, LinkSetup } from './link.ts';
import type { WireItem, WireMessage } from './messages.ts';
import { type RelayReceiver, type RelaySetup, receiveRelayed } from './worker-relay.ts';

export interface Served {
  /** Takes a message of the application's thread. */
  receive(message: WireMessage): void;
  /** Receives the telemetry of the application's worker threads. */
  relay(items: readonly WireItem[]): void;
  /** Resolves when all that was received is exported, or cannot be. */
  flush(): Promise<void>;
}

export class LinkServer {
  readonly #served: Served;
  readonly #isPrompt: boolean;
  readonly #relay: RelaySetup | undefined;
  readonly #guard: SignalGuard;
  readonly #exportPromptly: () => Promise<void>;
  readonly #started: Promise<void>;
  #start = (): void => {};
  #relayed: RelayReceiver | undefined;

  constructor({ port, cells, timeout, isPrompt, relay }: LinkSetup, served: Served) {
    this.#served = served;
    this.#isPrompt = isPrompt;
    this.#relay = relay;
    this.#started = new Promise<void>((resolve) => {
      this.#start = resolve;
    });
    this.#guard = new SignalGuard({
      cells,
      timeout,
      flush: () => this.#flush(),
      notify: (notice) => port.postMessage(notice satisfies LinkNotice),
    });
    this.#exportPromptly = coalesced(served.flush);

    for (const request of waiting(port)) this.#handle(request as LinkRequest);
    port.on('message', (request: LinkRequest) => this.#handle(request));
  }

  /** Something was received: where all is exported as it comes, it now is. */
  received(): void {
    if (this.#isPrompt) void this.#exportPromptly();
  }

  /** Receives all that has been posted so far. */
  drain(): void {
    if (parentPort) for (const message of waiting(parentPort)) this.#served.receive(message as WireMessage);
    this.#relayed?.drain();
  }

  /** The thread can receive telemetry. */
  ready(): void {
    if (this.#relay)
      this.#relayed = receiveRelayed(this.#relay, {
        accept: (items) => this.#served.relay(items),
        flush: (done) => this.#flushFor(done),
      });
    this.#start();
  }

  #handle(request: LinkRequest): void {
    if (request.kind === 'flush') this.#flushFor(request.done);
    else guardAs(this.#guard, request);
  }

  /** Exports all, then wakes who waits at a cell. */
  #flushFor(done: Int32Array): void {
    void this.#flush().finally(() => notify(done));
  }

  async #flush(): Promise<void> {
    await this.#started;
    this.drain();
    await this.#served.flush();
  }
}

function* waiting(port: MessagePort): Generator<unknown> {
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) yield next.message;
}

function guardAs(guard: SignalGuard, request: Exclude<LinkRequest, { kind: 'flush' }>): void {
  if (request.kind === 'guard') guard.guard(request.signal, request.epoch);
  else if (request.kind === 'release') guard.release(request.signal);
  else guard.end(request.signal);
}

/**
 * Runs `work` at once, and again if it was requested meanwhile, since later items may not be part of the first run.
 */
function coalesced(work: () => Promise<void>): () => Promise<void> {
  let isRunning = false;
  let isWanted = false;
  return async () => {
    isWanted = true;
    if (isRunning) return;
    isRunning = true;
    while (isWanted) {
      isWanted = false;
      await work();
    }
    isRunning = false;
  };
}
