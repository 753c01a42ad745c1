/**
 * The **circuit** to a shared store: nobody waits for the store longer than its bound. Once it fails, or is too slow,
 * nobody asks it any more, until a probe in the background (one at a time, at growing intervals) finds it well again.
 */
import { warn } from '../../warn.ts';
import { backoffDelay } from '../backoff.ts';
import type { Fallback, SharedLimits } from './port.ts';

/** What has been waited for a store. */
export interface Wait {
  /** In ms; time in which this process was busy does not count. */
  spent: number;
}

export interface Circuit {
  /** False while the store is out of reach. */
  readonly isClosed: boolean;
  /**
   * Asks the store. The wait keeps the process alive, as a request under way would.
   *
   * @param late gets an answer that comes after the bound, when nobody waits for it.
   * @param wait for the store so far: the bound is nearer by so much.
   * @returns undefined where the store is out of reach, or does not answer in time; it never rejects.
   */
  ask<T>(question: () => Promise<T>, late?: (answer: T) => void, wait?: Wait): Promise<T | undefined>;
  /** Calls `listener`, once, when the store is within reach again. */
  onReturn(listener: () => void): void;
}

/** How often a store that is away is probed, in ms. */
const PROBES = { initialInterval: 100, maxInterval: 5000, multiplier: 2, jitter: 0.2 };
/** After so long without trouble the next probe is soon again, in ms. */
const CALM = 10_000;
/** An outage within so long after one that was told of is not told of, in ms. */
const SILENCE = 60_000;

const circuits = new WeakMap<SharedLimits, Circuit>();

/** The one circuit to a store. */
export function circuitOf(store: SharedLimits): Circuit {
  let circuit = circuits.get(store);
  if (!circuit) {
    circuit = makeCircuit(store);
    circuits.set(store, circuit);
  }
  return circuit;
}

const MEANWHILE: Readonly<Record<Fallback, string>> = {
  local: 'each process keeps to its own share of them',
  open: 'no limit holds',
  closed: 'calls are refused',
};

const now = (): number => performance.now();

function makeCircuit(store: SharedLimits): Circuit {
  const { timeout, fallback } = store;
  const listeners = new Set<() => void>();
  let closed = true;
  let probing = false;
  let probe: NodeJS.Timeout | undefined;
  let probes = 0;
  let closedAt = -Infinity;
  let saidAt = -Infinity;
  let saying = false;

  const trip = (why: string): void => {
    if (!closed) return;
    closed = false;
    if (now() - closedAt > CALM) probes = 0;
    if (now() - saidAt > SILENCE) {
      saying = true;
      saidAt = now();
      warn(
        `the store of the shared limits is out of reach (${why}); until it is back, ${MEANWHILE[fallback]}`,
      );
    }
    plan();
  };
  const plan = (): void => {
    probes++;
    probe = setTimeout(look, backoffDelay(PROBES, probes, Math.random())).unref();
  };
  const look = async (): Promise<void> => {
    if (closed || probing) return;
    clearTimeout(probe);
    probing = true;
    const well = await within(() => store.ping(), timeout, close).then(
      () => true,
      () => false,
    );
    probing = false;
    if (well) close();
    else if (!closed) plan();
  };
  const close = (): void => {
    if (closed) return;
    clearTimeout(probe);
    closed = true;
    closedAt = now();
    if (saying) warn('the store of the shared limits is back; they hold over all processes again');
    saying = false;
    const told = [...listeners];
    listeners.clear();
    for (const listener of told) listener();
  };

  return {
    get isClosed() {
      return closed;
    },
    async ask<T>(question: () => Promise<T>, late?: (answer: T) => void, wait?: Wait) {
      if (!closed) return undefined;
      try {
        const heard = (answer: T): void => {
          void look(); // it is slow, or was stopped, and goes on now
          late?.(answer);
        };
        return await within(question, timeout, heard, wait);
      } catch (error) {
        trip(nameOf(error));
        return undefined;
      }
    },
    onReturn: (listener) => void listeners.add(listener),
  };
}

class Late extends Error {
  readonly code = 'no answer in time';
}

/** In how many parts a bound is waited for. */
const PARTS = 5;

/**
 * The answer, if it comes within `timeout`; what comes later is for `late`. Time in which this process is busy, or has
 * no processor, does not count: the answer may have come, and nobody could look.
 *
 * @throws what the question throws
 */
function within<T>(
  question: () => Promise<T>,
  timeout: number,
  late: (answer: T) => void,
  wait: Wait = { spent: 0 },
): Promise<T> {
  const part = timeout / PARTS;
  return new Promise((resolve, reject) => {
    let over = false;
    const answering = question(); // before the timer: it may load a client
    const next = (): void => {
      if (wait.spent < timeout) timer = setTimeout(count, part);
      else giveUp = setImmediate(expire); // after what has arrived is read
    };
    const count = (): void => {
      wait.spent += part;
      next();
    };
    const expire = (): void => {
      over = true;
      reject(new Late());
    };
    const done = (): void => {
      clearTimeout(timer);
      clearImmediate(giveUp);
    };
    let timer: NodeJS.Timeout | undefined;
    let giveUp: NodeJS.Immediate | undefined;
    next();
    answering.then(
      (answer) => {
        done();
        if (over) late(answer);
        else resolve(answer);
      },
      (error) => {
        done();
        reject(error);
      },
    );
  });
}

/** What went wrong, in a word: messages of clients may hold what is nobody's business. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an error';
  const { code, message, name } = error as Error & { code?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  const [reply] = /^[A-Z]{2,}\b/.exec(message) ?? []; // OOM, LOADING, READONLY
  return reply ?? (name === 'Error' ? error.constructor.name : name);
}
