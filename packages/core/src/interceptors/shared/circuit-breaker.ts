/**
 * The **circuit** to a shared store: no call waits for the store longer than its timeout. Once the store fails or is
 * too slow, no call asks it until a probe in the background (one at a time, at growing intervals) succeeds. A single
 * late answer, as the first one of a new connection may be, is no outage yet: a probe runs at once, and a warning
 * follows only if it repeats.
 */
import { memo } from '../../platform/memo.ts';
import { warn } from '../../platform/warn.ts';
import { backoffDelay } from '../backoff.ts';
import type { Fallback, SharedLimits } from './store.ts';

/** What has been waited for a store. */
export interface Wait {
  /** In ms; time in which this process was busy does not count. */
  spent: number;
}

export interface Circuit {
  /** False while the store is out of reach. */
  readonly isClosed: boolean;
  /** The number of processes among which limits are divided if the store has not reported it. */
  readonly configured: number;
  /** The number of processes that the store reported to a recent probe; 1 if it has not. */
  readonly processes: number;
  /** Limits are configured: the store may connect. */
  open(): void;
  /**
   * Asks the store. The wait keeps the process alive, as a request under way would.
   *
   * @param late gets an answer that arrives after the timeout, when no call waits for it.
   * @param wait the time already spent waiting for the store, which shortens the timeout.
   * @returns undefined where the store is out of reach, or does not answer in time; it never rejects.
   */
  ask<T>(question: () => Promise<T>, late?: (answer: T) => void, wait?: Wait): Promise<T | undefined>;
  /** Calls `listener`, once, when the store is within reach again. */
  onReturn(listener: () => void): void;
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

/** The one circuit to a store. */
export const circuitOf = memo(new WeakMap<SharedLimits, Circuit>(), (store) => makeCircuit(store));

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
  /** Answers in a row that were not there in time. */
  let misses = 0;
  let opened = false;
  let heard = { processes: 1, time: -Infinity };

  const hear = (processes: number): void => {
    heard = { processes, time: now() };
  };
  const trip = (error: unknown): void => {
    if (!closed) return;
    closed = false;
    if (now() - closedAt > CALM) probes = 0;
    fail(error);
    plan();
  };
  /** It was asked in vain. */
  const fail = (error: unknown): void => {
    if (error instanceof Late) misses++;
    else misses = TOO_LATE;
    if (misses >= TOO_LATE) say(nameOf(error));
  };
  const say = (why: string): void => {
    if (!saying && now() - saidAt > SILENCE) {
      saying = true;
      saidAt = now();
      warn(
        `the store of the shared limits is out of reach (${why}); until it is back, ${MEANWHILE[fallback]}`,
      );
    }
  };
  const plan = (): void => {
    probes++;
    probe = setTimeout(look, backoffDelay(PROBES, probes, Math.random())).unref();
  };
  /** @param again after an answer that was late: it may be the last of those that were. */
  const look = async (again = false): Promise<void> => {
    if (closed || probing) return;
    clearTimeout(probe);
    probing = true;
    const late = (processes: number): void => {
      hear(processes);
      if (!again) void look(true);
    };
    try {
      hear(await within(() => store.ping(), timeout, late));
      close();
    } catch (error) {
      fail(error);
      plan();
    }
    probing = false;
  };
  const close = (): void => {
    if (closed) return;
    clearTimeout(probe);
    closed = true;
    closedAt = now();
    if (saying) warn('the store of the shared limits is back; they hold over all processes again');
    saying = false;
    const waiting = [...listeners];
    listeners.clear();
    for (const listener of waiting) listener();
  };

  return {
    get isClosed() {
      return closed;
    },
    get configured() {
      return store.processes;
    },
    get processes() {
      return now() - heard.time < HEARD ? Math.max(heard.processes, 1) : 1;
    },
    open() {
      if (opened) return;
      opened = true;
      void store.open?.().then(hear, () => {}); // the next call that asks reports it
    },
    async ask<T>(question: () => Promise<T>, late?: (answer: T) => void, wait?: Wait) {
      if (!closed) return undefined;
      try {
        const hearLate = (answer: T): void => {
          void look(true); // it is slow, or was stopped, and goes on now
          late?.(answer);
        };
        const answer = await within(question, timeout, hearLate, wait);
        misses = 0;
        return answer;
      } catch (error) {
        trip(error);
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
 * The answer, if it arrives within `timeout`; a later one goes to `late`. Time in which this process is busy, or has
 * no CPU, does not count: the answer may have arrived unread.
 *
 * @throws the error of the request
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

/** The failure as a code: messages of clients may contain secrets. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an error';
  const { code, message, name } = error as Error & { code?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  const [reply] = /^[A-Z]{2,}\b/.exec(message) ?? []; // OOM, LOADING, READONLY
  return reply ?? (name === 'Error' ? error.constructor.name : name);
}
