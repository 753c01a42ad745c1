/**
 * Exports in the application's thread if no export thread can run. Exports then share its event loop, and telemetry
 * that is still pending when the process ends by `process.exit()`, a signal or an error is lost.
 */
import { clearTimeout, setTimeout } from '@llmtrace/core/internal';
import type { Ledger } from '../export-report/ledger.ts';
import type { Outbox, Receiver } from './outbox.ts';
import type { Contact, Setup } from './pipeline.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param env the variables for the exporters: those of the process, and those of options.
 * @param unsent is called when the process ends, with the telemetry that can no longer be exported.
 * @returns a promise of a function that ends the exports; it rejects if this thread cannot export either.
 */
export async function startInProcess(
  setup: Setup,
  outbox: Outbox,
  { unsent, env, ...contact }: Contact & { env: Environment; unsent(ledger: Ledger): void },
): Promise<() => void> {
  const { Pipeline } = await import('./pipeline.ts');
  const pipeline = withVariables(env, () => new Pipeline(setup, contact));
  const receiver: Receiver = {
    ledger: contact.ledger,
    post(items) {
      for (const item of items) pipeline.accept(item);
    },
    flush() {
      if (contact.ledger.bytes > 0) unsent(contact.ledger);
    },
    drain: () => pipeline.flush(),
  };
  outbox.connect(receiver);
  outbox.ready();
  flushBeforeExit(setup, outbox, () => pipeline.flush());
  return () => pipeline.close();
}

/** Exporters read their variables when they are made: for that time, the process has those of `env`. */
function withVariables<T>(env: Environment, make: () => T): T {
  const changed = Object.keys(env).filter((name) => env[name] !== process.env[name]);
  const before = changed.map((name) => [name, process.env[name]] as const);
  try {
    for (const name of changed) process.env[name] = env[name] ?? '';
    return make();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/**
 * Where the event loop of the application has nothing left to do, the rest is exported. It then has nothing to do once
 * more: where the application listens to that itself, it would see it twice, so nothing is done.
 */
function flushBeforeExit({ flushTimeout }: Setup, outbox: Outbox, flush: () => Promise<void>): void {
  let flushed = 0;
  process.on('beforeExit', () => {
    outbox.deferred.release();
    if (outbox.count === flushed || process.listenerCount('beforeExit') > 1) return;
    flushed = outbox.count;
    const staying = setTimeout(() => {}, flushTimeout);
    outbox.post();
    void flush().finally(() => clearTimeout(staying));
  });
}
