/**
 * The **circuit breaker** of a shared store: no call waits for the store longer than its timeout. Once the store fails or
 * is too slow, no call asks it until a probe in the background (one at a time, at growing intervals) succeeds. A single
 * late answer, as the first one of a new connection may be, is no outage yet: a probe runs at once, and a warning
 * follows only if it repeats.
 */
import { memo } from '../../platform/memo.ts';
import { warn } from '../../platform/warn.ts';
import { backoffDelay } from '../backoff.ts';
import type { Fallback, SharedLimits } from './store.ts';

/** How long a call has waited for a store. */
export interface Wait {
  /** In ms; time in which this process was busy does not count. */
  spent: number;
}

/** How often a store that is away is probed, in ms. */
const PROBES = { initialInterval: 100, maxInterval: 5000, multiplier: 2, jitter: 0.2 };
/** The time without an outage after which the interval of probes is short again, in ms. */
const CALM = 10_000;
/** The number of late answers in a row after which the store counts as unreachable. */
const TOO_LATE = 3;
/** How long the number of processes stays valid, in ms: the store counts a process for the same time. */
const HEARD = 120_000;
/** The time after a reported outage in which another one is not reported, in ms. */
const SILENCE = 60_000;

const MEANWHILE: Readonly<Record<Fallback, string>> = {
  local: 'each process keeps to its own share of them',
  open: 'no limit holds',
  closed: 'calls are refused',
};

const now = (): number => performance.now();

export class CircuitBreaker {
  readonly #store: SharedLimits;
  readonly #listeners = new Set<() => void>();
  readonly #outage: Outage;
  #isClosed = true;
  #isConnecting = false;
  #isProbing = false;
  #timer: NodeJS.Timeout | undefined;
  /** Failed probes in a row, for the interval until the next one. */
  #probes = 0;
  #closedAt = -Infinity;
  #heard = { processes: 1, time: -Infinity };

  constructor(store: SharedLimits) {
    this.#store = store;
    this.#outage = new Outage(store.fallback);
  }

  /** False while the store is out of reach. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The number of processes among which limits are divided if the store has not reported it. */
  get configured(): number {
    return this.#store.processes;
  }

  /** The number of processes that the store reported to a recent probe; 1 if it has not. */
  get processes(): number {
    const { processes, time } = this.#heard;
    return now() - time < HEARD ? Math.max(processes, 1) : 1;
  }

  /** Limits are configured: the store may connect. */
  open(): void {
    if (this.#isConnecting) return;
    this.#isConnecting = true;
    void this.#store.open?.().then(this.#hear, () => {}); // the next call that asks reports it
  }

  /**
   * Asks the store. The wait keeps the process alive, as a request under way would.
   *
   * @param late gets an answer that arrives after the timeout, when no call waits for it.
   * @param wait the time already spent waiting for the store, which shortens the timeout.
   * @returns undefined where the store is out of reach, or does not answer in time; it never rejects.
   */
  async ask<T>(question: () => Promise<T>, late?: (answer: T) => void, wait?: Wait): Promise<T | undefined> {
    if (!this.#isClosed) return undefined;
    try {
      const hearLate = (answer: T): void => {
        void this.#probe(true); // the store is slow, or was stopped and goes on now
        late?.(answer);
      };
      const answer = await within(question, this.#store.timeout, hearLate, wait);
      this.#outage.misses = 0;
      return answer;
    } catch (error) {
      this.#trip(error);
      return undefined;
    }
  }

  /** Calls `listener`, once, when the store is within reach again. */
  onReturn(listener: () => void): void {
    this.#listeners.add(listener);
  }

  readonly #hear = (processes: number): void => {
    this.#heard = { processes, time: now() };
  };

  #trip(error: unknown): void {
    if (!this.#isClosed) return;
    this.#isClosed = false;
    if (now() - this.#closedAt > CALM) this.#probes = 0;
    this.#outage.miss(error);
    this.#planProbe();
  }

  #planProbe(): void {
    this.#probes++;
    const delay = backoffDelay(PROBES, this.#probes, Math.random());
    this.#timer = setTimeout(() => this.#probe(), delay).unref();
  }

  /** @param isRepeated after an answer that was late: it may be the last late one. */
  async #probe(isRepeated = false): Promise<void> {
    if (this.#isClosed || this.#isProbing) return;
    clearTimeout(this.#timer);
    this.#isProbing = true;
    const late = (processes: number): void => {
      this.#hear(processes);
      if (!isRepeated) void this.#probe(true);
    };
    try {
      this.#hear(await within(() => this.#store.ping(), this.#store.timeout, late));
      this.#close();
    } catch (error) {
      this.#outage.miss(error);
      this.#planProbe();
    }
    this.#isProbing = false;
  }

  #close(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#isClosed = true;
    this.#closedAt = now();
    this.#outage.end();
    const waiting = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of waiting) listener();
  }
}

/** The warnings of an outage: one at its begin, one at its end. */
class Outage {
  readonly #fallback: Fallback;
  /** Answers in a row that did not arrive in time. */
  misses = 0;
  #isReported = false;
  #reportedAt = -Infinity;

  constructor(fallback: Fallback) {
    this.#fallback = fallback;
  }

  /** A question failed. */
  miss(error: unknown): void {
    this.misses = error instanceof Late ? this.misses + 1 : TOO_LATE;
    if (this.misses >= TOO_LATE) this.#report(nameOf(error));
  }

  #report(cause: string): void {
    if (this.#isReported || now() - this.#reportedAt <= SILENCE) return;
    this.#isReported = true;
    this.#reportedAt = now();
    const effect = MEANWHILE[this.#fallback];
    warn(`the store of the shared limits is out of reach (${cause}); until it is back, ${effect}`);
  }

  end(): void {
    if (this.#isReported) warn('the store of the shared limits is back; they hold over all processes again');
    this.#isReported = false;
  }
}

/** The one circuit breaker of a store. */
export const circuitBreakerOf = memo(
  new WeakMap<SharedLimits, CircuitBreaker>(),
  (store) => new CircuitBreaker(store),
);

class Late extends Error {
  readonly code = 'no answer in time';
}

/**
 * The answer, if it arrives within `timeout`; a later one goes to `late`.
 *
 * @throws the error of the request
 */
function within<T>(
  question: () => Promise<T>,
  timeout: number,
  late: (answer: T) => void,
  wait: Wait = { spent: 0 },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const answering = question(); // before the countdown: it may load a client
    const countdown = new Countdown(timeout, wait, () => reject(new Late()));
    answering.then(
      (answer) => {
        countdown.stop();
        if (countdown.isOver) late(answer);
        else resolve(answer);
      },
      (error) => {
        countdown.stop();
        reject(error);
      },
    );
  });
}

/** In how many parts a timeout is waited for. */
const PARTS = 5;

/**
 * A timeout in parts. However long this process is busy, or has no CPU, that counts as one part at most: the answer may
 * have arrived unread.
 */
class Countdown {
  readonly #timeout: number;
  readonly #wait: Wait;
  readonly #onEnd: () => void;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  isOver = false;

  /** @param wait the time already spent, which grows part by part. */
  constructor(timeout: number, wait: Wait, onEnd: () => void) {
    this.#timeout = timeout;
    this.#wait = wait;
    this.#onEnd = onEnd;
    this.#next();
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }

  #next(): void {
    const isSpent = this.#wait.spent >= this.#timeout;
    if (isSpent)
      this.#immediate = setImmediate(() => this.#end()); // after what has arrived is read
    else this.#timer = setTimeout(() => this.#spendPart(), this.#timeout / PARTS);
  }

  #spendPart(): void {
    this.#wait.spent += this.#timeout / PARTS;
    this.#next();
  }

  #end(): void {
    this.isOver = true;
    this.#onEnd();
  }
}

/** The failure as a code: messages of clients may contain secrets. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an error';
  const { code, message, name } = error as Error & { code?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  const [reply] = /^[A-Z]{2,}\b/.exec(message) ?? []; // OOM, LOADING, READONLY
  return reply ?? (name === 'Error' ? error.constructor.name : name);
}
