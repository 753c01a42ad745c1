/**
 * A limiter whose limits hold over several processes. Those who wait stand in the line of their process; its first ones
 * ask the store for their turns, all in one question, until one of them has to wait. The others ask when that one goes:
 * so a process asks once a turn, holds no more than one turn in advance, and leaves the others theirs.
 *
 * While the store is out of reach the same line moves by this process's share of the limit.
 */
import type { Refusal } from '../../errors/llmtrace-error.ts';
import { bucketsOf, type Limits, type LocalGate, makeGate } from '../admission.ts';
import { type Limiter, refusal } from '../limiter.ts';
import { makeLine } from '../queue.ts';
import { circuitOf } from './circuit-breaker.ts';
import type { SharedLimit, SharedLimits, Taken } from './store.ts';
import { makeMemory } from './store-snapshot.ts';
import { shareOf, ticketOf, type Waiting } from './ticket.ts';

/** A limit of a store: its name is the same in all processes. */
export interface SharedName {
  readonly store: SharedLimits;
  readonly name: string;
}

/** How many ask in one question. */
const MOST_CALLS = 1000;
/** How often a process asks for a place among the concurrent calls, in ms: at first, and at last. */
const POLLS = { first: 50, last: 1000 };
/** For so long after an outage a process says that it comes back from it, in ms: longer than others need to do so. */
const RETURN = 6000;

export function makeSharedLimiter(
  limits: Limits,
  key: string,
  now: () => number,
  { store, name }: SharedName,
): Limiter {
  const circuit = circuitOf(store);
  const buckets = bucketsOf(limits);
  const limit: SharedLimit = { buckets, concurrency: limits.concurrency ?? 0 };
  const memory = makeMemory(buckets, circuit, now);
  /** The vendor's word holds for this process, whoever keeps the limits. */
  const brake = makeGate({}, now);
  const running = new Set<Waiting>();
  /** This process's share, while the store is out of reach. */
  let own: LocalGate | undefined;
  /** Among how many processes it is divided. */
  let sharers = 1;
  /** What has gone by it, of each bucket. */
  let spentOwn: number[] = [];
  let asking = false;
  /** Since when nothing but the store is waited for. */
  let openSince = 0;
  /** How long the last question was waited for, and when that ended, in ms. */
  let last = { spent: 0, end: -Infinity };
  let returnedAt = -Infinity;
  /** Who has a turn that is still to come. */
  let sleeper: Waiting | undefined;
  let fullUntil = 0;
  let poll = POLLS.first;
  let renewing: NodeJS.Timeout | undefined;

  const line = makeLine<Waiting>({
    delay(ticket, waiting) {
      if (ticket.refused) return 0;
      const held = brake.delay(0, waiting);
      if (ticket.turn !== undefined) return Math.max(ticket.turn - now(), held);
      if (!own && !circuit.isClosed) fallBack(ticket);
      return own ? byOwnShare(own, ticket, waiting, held) : byStore(ticket, waiting, held);
    },
    pass(ticket) {
      ticket.left = true;
      if (sleeper === ticket) wake();
      if (ticket.refused) return;
      ticket.gone = true;
      brake.pass(0);
      running.add(ticket);
      if (own) passByOwn(own, ticket);
      if (limit.concurrency > 0) renewing ??= setInterval(renew, store.lease / 3).unref();
    },
  });

  /** @returns 0: it leaves the line at once. */
  function refuse(ticket: Waiting, code: Refusal, retryAfter?: number): 0 {
    ticket.refused = { code, retryAfter };
    return 0;
  }

  function byStore(ticket: Waiting, waiting: boolean, held: number): number {
    const closed = Math.max(held, fullUntil - now());
    if (closed > 0) {
      openSince = now() + closed;
      return ticket.patience > 0 ? closed : refuse(ticket, ticket.code, closed);
    }
    if (waiting) ask();
    return Infinity;
  }

  /** The turn that was waited for has come, or is not wanted any more. */
  function wake(): void {
    sleeper = undefined;
    openSince = now();
  }

  function byOwnShare(gate: LocalGate, ticket: Waiting, waiting: boolean, held: number): number {
    if (store.fallback === 'closed') return refuse(ticket, 'limits_unavailable');
    const shared = sharers === memory.processes ? gate : divide(scaled(gate));
    const delay = Math.max(held, shared.delay(ticket.tokens, waiting));
    const left = ticket.since + ticket.patience - now();
    const isTooLong = delay > 0 && (ticket.patience === 0 || (delay !== Infinity && delay > left));
    return isTooLong ? refuse(ticket, ticket.code, delay === Infinity ? undefined : delay) : delay;
  }

  /** Asks for those who wait: after all who come in the same moment have come. */
  function ask(): void {
    if (own || sleeper || asking || now() < fullUntil || brake.delay(0, false) > 0) return;
    asking = true;
    queueMicrotask(async () => {
      const tickets = line.first(MOST_CALLS).filter(({ refused, turn }) => !refused && turn === undefined);
      const taken = tickets.length > 0 ? await put(tickets) : undefined;
      asking = false;
      if (taken) hear(tickets, taken);
      line.pump();
      if (line.length > 0) ask();
    });
  }

  /** The question; nobody waits longer than the bound for it, and for the one before. */
  async function put(tickets: readonly Waiting[]): Promise<Taken | undefined> {
    const calls = tickets.map(({ tokens, lease, patience, since }) => ({
      amounts: amounts(1, tokens),
      maxWait: Math.max(0, since + patience - now()),
      lease,
    }));
    const announcing = memory.isStale;
    const question = async (): Promise<Taken> =>
      store.take(name, {
        ...limit,
        calls,
        levels: memory.levels(),
        memory: memory.name,
        returning: now() - returnedAt < RETURN,
        announcing,
        processes: memory.processes,
      });
    const since = Math.max(tickets[0]?.since ?? 0, openSince);
    const before = since < last.end ? last.spent : 0;
    const wait = { spent: before };
    const taken = await circuit.ask(question, (late) => hearLate(tickets, late, announcing), wait);
    last = { spent: wait.spent - before, end: now() };
    if (taken) memory.learn(taken, announcing);
    return taken;
  }

  const amounts = (requests: number, tokens: number): number[] =>
    buckets.map(({ of }) => (of === 'requests' ? requests : tokens));

  function hear(asking: readonly Waiting[], taken: Taken): void {
    returnedAt = -Infinity;
    for (const [index, ticket] of asking.entries()) settle(ticket, taken.waits[index], taken.full);
    if (taken.full) {
      fullUntil = now() + poll * (0.75 + Math.random() / 2);
      poll = Math.min(poll * 2, POLLS.last);
    } else poll = POLLS.first;
  }

  /** @param wait for its turn, in ms; negative: too long for it, and undefined: it got none. */
  function settle(ticket: Waiting, wait: number | undefined, full: boolean): void {
    if (wait === undefined) {
      if (full && ticket.patience === 0) refuse(ticket, ticket.code);
    } else if (wait < 0) refuse(ticket, ticket.code, -wait);
    else grant(ticket, wait);
  }

  function grant(ticket: Waiting, wait: number): void {
    ticket.turn = now() + wait;
    if (ticket.left) giveBack([ticket]);
    else if (wait > 0) sleeper = ticket;
  }

  /**
   * Nobody waited for the answer any more, but what it says is known now. Who has gone by this process's share has gone
   * by this turn; who is in line still goes by it, if it has come; what is not needed is given back.
   */
  function hearLate(tickets: readonly Waiting[], taken: Taken, announcing: boolean): void {
    const granted = tickets.filter((_, index) => (taken.waits[index] ?? -1) >= 0);
    const went = granted.filter(({ gone, turn }) => gone && turn === undefined);
    const waiting = own ? tickets.filter(({ left }, index) => !left && taken.waits[index] === 0) : [];
    const needless = granted.filter((ticket) => !went.includes(ticket) && !waiting.includes(ticket));
    const isOver = (ticket: Waiting): boolean =>
      ticket.left ? !running.has(ticket) : !asking && !waiting.includes(ticket);
    const ended = granted.filter(isOver).map(({ lease }) => lease);
    if (needless.length > 0 || (limit.concurrency > 0 && ended.length > 0))
      void store.settle(name, { ...settlement(needless), ended }).catch(() => {});
    if (!own) return;
    for (const ticket of waiting) ticket.turn ??= now();
    for (const { tokens } of went) spendOwn(tokens, -1);
    relearn(own, taken, announcing);
    line.pump();
  }

  /** The store knows better what is left, but not what has gone by the shares since then. */
  function relearn(gate: LocalGate, taken: Taken, announcing: boolean): void {
    const before = gate.levels().map((level) => level * sharers);
    memory.learn(taken, announcing);
    const shares = memory.shares([]);
    divide(
      before.map((level, i) => Math.max(level / memory.processes, (shares[i] ?? 0) - (spentOwn[i] ?? 0))),
    );
  }

  const giveBack = (tickets: readonly Waiting[]): void =>
    void circuit.ask(async () => store.settle(name, settlement(tickets)));

  const settlement = (tickets: readonly Waiting[]) => ({
    ...limit,
    amounts: amounts(
      tickets.length,
      tickets.reduce((sum, { tokens }) => sum + tokens, 0),
    ),
    ended: tickets.map(({ lease }) => lease),
    running: [],
    pause: 0,
  });

  const tell = (said: { refund?: number; ended?: number[]; running?: number[]; pause?: number }): void => {
    const { refund = 0, ended = [], running = [], pause = 0 } = said;
    void circuit.ask(async () =>
      store.settle(name, { ...limit, amounts: amounts(0, refund), ended, running, pause }),
    );
  };

  /** Says that the calls go on; otherwise their places are given to others. */
  function renew(): void {
    if (running.size > 0) tell({ running: [...running].map(({ lease }) => lease) });
    else renewing = void clearInterval(renewing);
  }

  function fallBack({ tokens }: Waiting): void {
    spentOwn = [];
    divide(memory.shares(amounts(1, tokens)));
    circuit.onReturn(comeBack);
  }

  function passByOwn(gate: LocalGate, { tokens, turn }: Waiting): void {
    if (turn !== undefined) return void divide(gate.levels()); // it runs, and takes nothing of the share
    gate.pass(tokens);
    spendOwn(tokens, 1);
  }

  function spendOwn(tokens: number, sign: 1 | -1): void {
    spentOwn = amounts(1, tokens).map((amount, i) => (spentOwn[i] ?? 0) + sign * amount);
  }

  /** What is left, for as many processes as there are now. */
  const scaled = (gate: LocalGate): number[] =>
    gate.levels().map((level) => (level * sharers) / memory.processes);

  /** This process keeps to its share, of which so much is left. */
  function divide(levels: readonly number[]): LocalGate {
    sharers = memory.processes;
    const share = store.fallback === 'local' ? shareOf(limits, sharers) : {};
    own = makeGate(share, now, { levels, running: running.size });
    return own;
  }

  function comeBack(): void {
    const levels = own?.levels() ?? [];
    own = undefined;
    if (store.fallback === 'local') memory.relearn(levels.map((level) => level * sharers));
    returnedAt = now();
    openSince = now();
    fullUntil = 0;
    if (limit.concurrency > 0) renew();
    line.pump();
    ask();
  }

  /** A call leaves the line without having gone. */
  function abandon(ticket: Waiting): void {
    ticket.left = true;
    if (sleeper === ticket) wake();
    if (ticket.turn !== undefined) giveBack([ticket]);
    line.pump();
  }

  const isCrowded = (): boolean =>
    own !== undefined || sleeper !== undefined || fullUntil > now() || brake.delay(0, false) > 0;

  return {
    get isIdle() {
      return brake.isIdle && running.size === 0 && line.length === 0 && own === undefined;
    },
    async enter(tokens, patience, signal) {
      const ticket = ticketOf(tokens, patience, now());
      if (ticket.patience > 0 && line.length >= patience.maxQueue && isCrowded())
        throw refusal('queue_full', key);
      try {
        const gone = line.wait(ticket, {
          signal,
          // The store refuses earlier, and who would not wait at all is refused when it is asked.
          ...(ticket.patience > 0 && { maxWait: ticket.patience + 2 * store.timeout }),
          tooLong: () => refusal(ticket.code, key),
        });
        ask();
        await gone;
      } catch (error) {
        abandon(ticket);
        throw error;
      }
      if (ticket.refused) throw refusal(ticket.refused.code, key, ticket.refused.retryAfter);
      return ticket;
    },
    leave(given, refund) {
      const ticket = given as Waiting;
      running.delete(ticket);
      brake.leave(0);
      const isTold = limit.concurrency > 0 || (refund !== 0 && buckets.some(({ of }) => of === 'tokens'));
      if (own) own.leave(refund);
      else if (isTold) tell({ refund, ended: [ticket.lease] });
      if (fullUntil > now()) openSince = now();
      fullUntil = 0;
      if (line.length > 0) line.pump();
    },
    pause(ms) {
      brake.pause(ms);
      tell({ pause: brake.delay(0, false) });
    },
    follow(limits) {
      if (brake.follow(limits)) tell({ pause: brake.delay(0, false) });
    },
  };
}
