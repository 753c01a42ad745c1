/** The export thread's end of a {@link ThreadLink}. It is there before anything else of the thread is loaded. */
import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { notify } from '../../process/flush-cell.ts';
import { type SignalGuard, startSignalGuard } from '../../process/signal-guard.ts';
import type { LinkNotice, LinkRequest, LinkSetup } from './link.ts';
import type { WireItem, WireMessage } from './messages.ts';
import { type RelayReceiver, receiveRelayed } from './worker-relay.ts';

export interface Served {
  /** Takes a message of the application's thread. */
  receive(message: WireMessage): void;
  /** Receives the telemetry of the application's worker threads. */
  relay(items: readonly WireItem[]): void;
  /** Resolves when all that was received is exported, or cannot be. */
  flush(): Promise<void>;
}

export interface Serving {
  /** Something was received: where all is exported as it comes, it now is. */
  received(): void;
  /** Receives all that has been posted so far. */
  drain(): void;
  /** The thread can receive telemetry. */
  ready(): void;
}

export function serveLink({ port, cells, timeout, isPrompt, relay }: LinkSetup, served: Served): Serving {
  let relayed: RelayReceiver | undefined;
  let start = (): void => {};
  const started = new Promise<void>((resolve) => {
    start = resolve;
  });

  const drain = (): void => {
    if (parentPort) for (const message of waiting(parentPort)) served.receive(message as WireMessage);
    relayed?.drain();
  };
  const flush = async (): Promise<void> => {
    await started;
    drain();
    await served.flush();
  };
  const guard = startSignalGuard({
    cells,
    timeout,
    flush,
    notify: (notice) => port.postMessage(notice satisfies LinkNotice),
  });
  const take = (request: LinkRequest): void => {
    if (request.kind === 'flush') void flush().finally(() => notify(request.done));
    else guardAs(guard, request);
  };
  const promptly = coalesced(served.flush);

  for (const request of waiting(port)) take(request as LinkRequest);
  port.on('message', take);

  return {
    received: () => void (isPrompt && promptly()),
    drain,
    ready() {
      relayed =
        relay &&
        receiveRelayed(relay, {
          accept: served.relay,
          flush: (done) => void flush().finally(() => notify(done)),
        });
      start();
    },
  };
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
