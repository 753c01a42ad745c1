/** A store in this process, which answers on demand: the tests look at the calls. */
import type {
  Ask,
  AskingCall,
  Settlement,
  SharedLimits,
  Spending,
  Spent,
  Taken,
} from '../../../src/interceptors/shared/store.ts';
import { TokenBucket } from '../../../src/interceptors/token-bucket.ts';

export interface TestStore extends SharedLimits {
  /** How it answers: at once, never, with an error, or after so many ms. */
  health: 'well' | 'silent' | 'broken' | number;
  processes: number;
  readonly asked: Ask[];
  readonly settled: Settlement[];
  pings: number;
  /** All that was spent. */
  usd: number;
  /** How many places are taken. */
  running: number;
}

const DAY = 86_400_000;

export function makeStore(overrides: Partial<SharedLimits> = {}): TestStore {
  let buckets: TokenBucket[] | undefined;
  let last = 0;
  const now = (): number => performance.now();

  /** How long one call has to wait for its turn, which it takes; negative where that is too long. */
  const turnOf = (filled: readonly TokenBucket[], { amounts, maxWait }: AskingCall): number => {
    const delay = Math.max(0, ...filled.map((bucket, index) => bucket.delay(amounts[index] ?? 0)));
    const turn = Math.max(now(), last) + delay;
    if (turn - now() > maxWait) return now() - turn;
    last = turn;
    store.running++;
    for (const [index, bucket] of filled.entries()) {
      bucket.delay(0);
      bucket.take(amounts[index] ?? 0);
    }
    return turn - now();
  };

  const decide = ({ buckets: sizes, concurrency, calls }: Ask): Taken => {
    buckets ??= sizes.map(
      ({ rate, burst }) => new TokenBucket({ rate, burst, now: () => Math.max(now(), last) }),
    );
    const waits: number[] = [];
    const isFull = (): boolean => concurrency > 0 && store.running >= concurrency;
    for (const call of calls) {
      if (isFull() || (waits.at(-1) ?? 0) > 0) break;
      waits.push(turnOf(buckets, call));
    }
    const levels = buckets.map((bucket) => bucket.level());
    const ahead = Math.max(last - now(), 0);
    const full = waits.length < calls.length && isFull();
    return { waits, full, levels, ahead, memory: 'memory', processes: store.processes };
  };

  const answer = async <T>(make: () => T): Promise<T> => {
    if (store.health === 'broken') throw Object.assign(new Error('secret'), { code: 'ECONNREFUSED' });
    if (store.health === 'silent') return new Promise(() => {});
    const { health } = store;
    if (typeof health === 'number') {
      const made = make();
      await new Promise((resolve) => setTimeout(resolve, health));
      return made;
    }
    return make();
  };

  const store: TestStore = {
    timeout: 50,
    fallback: 'local',
    lease: 30_000,
    health: 'well',
    asked: [],
    settled: [],
    pings: 0,
    usd: 0,
    running: 0,
    ...overrides,
    processes: overrides.processes ?? 1,
    ping() {
      store.pings++;
      return answer(() => store.processes);
    },
    take(_name, ask) {
      store.asked.push(ask);
      return answer(() => decide(ask));
    },
    settle(_name, settlement) {
      store.settled.push(settlement);
      return answer(() => {
        store.running -= settlement.ended.length;
      });
    },
    spend(_name, spending: Spending) {
      return answer((): Spent => {
        store.usd += spending.usd;
        const { pending, asking } = spending;
        const window = Math.floor(Date.now() / DAY) * DAY;
        const budget = asking?.budget.usd ?? 0;
        return {
          usd: store.usd,
          tokens: 0,
          window,
          left: window + DAY - Date.now(),
          processes: store.processes,
          reserved: { usd: 0, tokens: 0 },
          granted: asking !== undefined && (asking.always || budget - store.usd - pending.usd > 0),
        };
      });
    },
  };
  return store;
}
