/**
 * A limiter whose limits apply to several processes. Calls wait in the line of their process. The first ones request
 * their turns from the store, all in one request, until one of them must wait. The others request theirs when that
 * one passes: so a process sends one request a turn and reserves at most one turn in advance.
 *
 * While the store is out of reach the same line moves by this process's share of the limit:
 *
 * ```
 *                the circuit opens (a call wants its turn)
 *    ┌─────────┐ ───────────────────────────────────────► ┌──────────────┐
 *    │ sharing │                                          │ falling back │  #share is there
 *    └─────────┘ ◄──────────── ┌───────────┐ ◄─────────── └──────────────┘
 *          the store answers,  │ returning │  the circuit closes
 *          or 6 s have passed  └───────────┘  (what is left is divided up again)
 * ```
 *
 * In `returning` each request says so: the store then waits for the other processes' levels.
 */
import type { Refusal } from '../../errors/llmtrace-error.ts';
import { type BucketSize, bucketsOf, type Limits, LocalGate } from '../admission.ts';
import { type Limiter, type Patience, refusal, type Ticket } from '../limiter.ts';
import { Line } from '../queue.ts';
import type { VendorLimits } from '../vendor-limits.ts';
import { type CircuitBreaker, circuitBreakerOf } from './circuit-breaker.ts';
import { LocalShare } from './local-share.ts';
import type { Settlement, SharedLimit, SharedLimits, Taken } from './store.ts';
import { StoreSnapshot } from './store-snapshot.ts';
import { ticketOf, type Waiting } from './ticket.ts';

/** A limit of a store: its name is the same in all processes. */
export interface SharedName {
  readonly store: SharedLimits;
  readonly name: string;
}

/** How many ask in one question. */
const MOST_CALLS = 1000;
/** How often a process asks for a place among the concurrent calls, in ms: at first, and at last. */
const POLLS = { first: 50, last: 1000 };
/** The time after an outage in which a process reports its return, in ms: longer than the others need to return. */
const RETURN = 6000;

type State = 'sharing' | 'falling back' | 'returning';

export class SharedLimiter implements Limiter {
  readonly #limits: Limits;
  readonly #key: string;
  readonly #now: () => number;
  readonly #store: SharedLimits;
  readonly #name: string;
  readonly #circuit: CircuitBreaker;
  readonly #buckets: readonly BucketSize[];
  readonly #limit: SharedLimit;
  readonly #snapshot: StoreSnapshot;
  /** The vendor's wait applies to this process in all states of the limiter. */
  readonly #brake: LocalGate;
  readonly #line: Line<Waiting>;
  readonly #running = new Set<Waiting>();
  /** This process's share, while the store is out of reach. */
  #share: LocalShare | undefined;
  /** When the store came back; -Infinity once it has answered since. */
  #returnedAt = -Infinity;
  #isAsking = false;
  /** Since when nothing but the store is waited for. */
  #openSince = 0;
  /** How long the last question was waited for, and when that ended, in ms. */
  #last = { spent: 0, end: -Infinity };
  /** The call whose granted turn has not come yet. */
  #sleeper: Waiting | undefined;
  /** All places among the concurrent calls are taken: the store is asked again then. */
  #fullUntil = 0;
  #poll = POLLS.first;
  #renewing: NodeJS.Timeout | undefined;

  constructor(limits: Limits, key: string, now: () => number, { store, name }: SharedName) {
    this.#limits = limits;
    this.#key = key;
    this.#now = now;
    this.#store = store;
    this.#name = name;
    this.#circuit = circuitBreakerOf(store);
    this.#buckets = bucketsOf(limits);
    this.#limit = { buckets: this.#buckets, concurrency: limits.concurrency ?? 0 };
    this.#snapshot = new StoreSnapshot(this.#buckets, this.#circuit, now);
    this.#brake = new LocalGate({}, now);
    this.#line = new Line<Waiting>({
      delay: (ticket, waiting) => this.#delay(ticket, waiting),
      pass: (ticket) => this.#pass(ticket),
    });
  }

  get #state(): State {
    if (this.#share) return 'falling back';
    return this.#isReturning ? 'returning' : 'sharing';
  }

  get #isReturning(): boolean {
    return this.#now() - this.#returnedAt < RETURN;
  }

  get isIdle(): boolean {
    const isEmpty = this.#running.size === 0 && this.#line.length === 0;
    return this.#brake.isIdle && isEmpty && this.#state !== 'falling back';
  }

  async enter(tokens: number, patience: Patience, signal: AbortSignal | undefined): Promise<Waiting> {
    const ticket = ticketOf(tokens, patience, this.#now());
    if (ticket.patience > 0 && this.#line.length >= patience.maxQueue && this.#isCrowded())
      throw refusal('queue_full', this.#key);
    try {
      const gone = this.#line.wait(ticket, {
        signal,
        // The store refuses earlier, and who would not wait at all is refused when it is asked.
        ...(ticket.patience > 0 && { maxWait: ticket.patience + 2 * this.#store.timeout }),
        tooLong: () => refusal(ticket.code, this.#key),
      });
      this.#ask();
      await gone;
    } catch (error) {
      this.#abandon(ticket);
      throw error;
    }
    const { refused } = ticket;
    if (refused) throw refusal(refused.code, this.#key, refused.retryAfter);
    return ticket;
  }

  leave(ticket: Ticket, refund: number): void {
    const waiting = ticket as Waiting;
    this.#running.delete(waiting);
    this.#brake.leave(0);
    const hasTokens = this.#buckets.some(({ of }) => of === 'tokens');
    if (this.#share) this.#share.leave(refund);
    else if (this.#limit.concurrency > 0 || (refund !== 0 && hasTokens))
      this.#report({ refund, ended: [waiting.lease] });
    if (this.#fullUntil > this.#now()) this.#openSince = this.#now();
    this.#fullUntil = 0;
    if (this.#line.length > 0) this.#line.pump();
  }

  pause(ms: number): void {
    this.#brake.pause(ms);
    this.#report({ pause: this.#brake.delay(0, false) });
  }

  follow(limits: VendorLimits): void {
    if (this.#brake.follow(limits)) this.#report({ pause: this.#brake.delay(0, false) });
  }

  // The line

  #delay(ticket: Waiting, waiting: boolean): number {
    if (ticket.refused) return 0;
    const brakeDelay = this.#brake.delay(0, waiting);
    if (ticket.turn !== undefined) return Math.max(ticket.turn - this.#now(), brakeDelay);
    if (!this.#share && !this.#circuit.isClosed) this.#fallBack(ticket);
    return this.#share
      ? this.#byShare(this.#share, ticket, waiting, brakeDelay)
      : this.#byStore(ticket, waiting, brakeDelay);
  }

  #byStore(ticket: Waiting, waiting: boolean, brakeDelay: number): number {
    const closed = Math.max(brakeDelay, this.#fullUntil - this.#now());
    if (closed > 0) {
      this.#openSince = this.#now() + closed;
      return ticket.patience > 0 ? closed : refuse(ticket, ticket.code, closed);
    }
    if (waiting) this.#ask();
    return Infinity;
  }

  #byShare(share: LocalShare, ticket: Waiting, waiting: boolean, brakeDelay: number): number {
    if (this.#store.fallback === 'closed') return refuse(ticket, 'limits_unavailable');
    const delay = Math.max(brakeDelay, share.delay(ticket.tokens, waiting));
    const left = ticket.since + ticket.patience - this.#now();
    const isTooLong = delay > 0 && (ticket.patience === 0 || (delay !== Infinity && delay > left));
    return isTooLong ? refuse(ticket, ticket.code, delay === Infinity ? undefined : delay) : delay;
  }

  #pass(ticket: Waiting): void {
    ticket.left = true;
    if (this.#sleeper === ticket) this.#wake();
    if (ticket.refused) return;
    ticket.gone = true;
    this.#brake.pass(0);
    this.#running.add(ticket);
    if (ticket.turn === undefined) this.#share?.pass(ticket.tokens);
    else this.#share?.passByStore();
    if (this.#limit.concurrency > 0)
      this.#renewing ??= setInterval(() => this.#renew(), this.#store.lease / 3).unref();
  }

  /** A call leaves the line before its turn. */
  #abandon(ticket: Waiting): void {
    ticket.left = true;
    if (this.#sleeper === ticket) this.#wake();
    if (ticket.turn !== undefined) this.#giveBack([ticket]);
    this.#line.pump();
  }

  /** The turn that was waited for has come, or is not wanted any more. */
  #wake(): void {
    this.#sleeper = undefined;
    this.#openSince = this.#now();
  }

  #isCrowded(): boolean {
    const isClosed = this.#fullUntil > this.#now() || this.#brake.delay(0, false) > 0;
    return this.#state === 'falling back' || this.#sleeper !== undefined || isClosed;
  }

  // Questions to the store

  /** Requests turns for the waiting calls, after all calls of the same moment have arrived. */
  #ask(): void {
    const isClosed = this.#now() < this.#fullUntil || this.#brake.delay(0, false) > 0;
    if (this.#share || this.#sleeper || this.#isAsking || isClosed) return;
    this.#isAsking = true;
    queueMicrotask(async () => {
      const first = this.#line.first(MOST_CALLS);
      const tickets = first.filter(({ refused, turn }) => !refused && turn === undefined);
      const taken = tickets.length > 0 ? await this.#take(tickets) : undefined;
      this.#isAsking = false;
      if (taken) this.#hear(tickets, taken);
      this.#line.pump();
      if (this.#line.length > 0) this.#ask();
    });
  }

  /** The request; no call waits longer than the timeout for it and for the one before. */
  async #take(tickets: readonly Waiting[]): Promise<Taken | undefined> {
    const snapshot = this.#snapshot;
    const calls = tickets.map(({ tokens, lease, patience, since }) => ({
      amounts: this.#amounts(1, tokens),
      maxWait: Math.max(0, since + patience - this.#now()),
      lease,
    }));
    const announcing = snapshot.isStale;
    const question = async (): Promise<Taken> =>
      this.#store.take(this.#name, {
        ...this.#limit,
        calls,
        levels: snapshot.levels(),
        memory: snapshot.epoch,
        returning: this.#isReturning,
        announcing,
        processes: snapshot.processes,
      });
    const since = Math.max(tickets[0]?.since ?? 0, this.#openSince);
    const before = since < this.#last.end ? this.#last.spent : 0;
    const wait = { spent: before };
    const late = (answer: Taken): void => this.#hearLate(tickets, answer, announcing);
    const taken = await this.#circuit.ask(question, late, wait);
    this.#last = { spent: wait.spent - before, end: this.#now() };
    if (taken) snapshot.update(taken, announcing);
    return taken;
  }

  #hear(tickets: readonly Waiting[], taken: Taken): void {
    this.#returnedAt = -Infinity;
    for (const [index, ticket] of tickets.entries()) this.#settle(ticket, taken.waits[index], taken.full);
    if (taken.full) {
      this.#fullUntil = this.#now() + this.#poll * (0.75 + Math.random() / 2);
      this.#poll = Math.min(this.#poll * 2, POLLS.last);
    } else this.#poll = POLLS.first;
  }

  /** @param wait for its turn, in ms; negative: too long for it, and undefined: it got none. */
  #settle(ticket: Waiting, wait: number | undefined, full: boolean): void {
    if (wait === undefined) {
      if (full && ticket.patience === 0) refuse(ticket, ticket.code);
    } else if (wait < 0) refuse(ticket, ticket.code, -wait);
    else this.#grant(ticket, wait);
  }

  #grant(ticket: Waiting, wait: number): void {
    ticket.turn = this.#now() + wait;
    if (ticket.left) this.#giveBack([ticket]);
    else if (wait > 0) this.#sleeper = ticket;
  }

  /**
   * The store answered after the timeout. Calls already admitted by the local share now count against this grant;
   * calls still in line use it if their turn has come; unused grants are released.
   */
  #hearLate(tickets: readonly Waiting[], taken: Taken, announcing: boolean): void {
    const share = this.#share;
    const granted = tickets.filter((_, index) => (taken.waits[index] ?? -1) >= 0);
    const went = granted.filter(({ gone, turn }) => gone && turn === undefined);
    const waiting = share ? tickets.filter(({ left }, index) => !left && taken.waits[index] === 0) : [];
    const needless = granted.filter((ticket) => !went.includes(ticket) && !waiting.includes(ticket));
    const isOver = (ticket: Waiting): boolean =>
      ticket.left ? !this.#running.has(ticket) : !this.#isAsking && !waiting.includes(ticket);
    const ended = granted.filter(isOver).map(({ lease }) => lease);
    if (needless.length > 0 || (this.#limit.concurrency > 0 && ended.length > 0))
      void this.#store.settle(this.#name, { ...this.#settlement(needless), ended }).catch(() => {});
    if (!share) return;
    for (const ticket of waiting) ticket.turn ??= this.#now();
    for (const { tokens } of went) share.giveBack(tokens);
    share.relearn(taken, announcing);
    this.#line.pump();
  }

  // The request to the store

  #amounts(requests: number, tokens: number): number[] {
    return this.#buckets.map(({ of }) => (of === 'requests' ? requests : tokens));
  }

  #giveBack(tickets: readonly Waiting[]): void {
    void this.#circuit.ask(async () => this.#store.settle(this.#name, this.#settlement(tickets)));
  }

  #settlement(tickets: readonly Waiting[]): Settlement {
    const tokens = tickets.reduce((sum, ticket) => sum + ticket.tokens, 0);
    const ended = tickets.map(({ lease }) => lease);
    return { ...this.#limit, amounts: this.#amounts(tickets.length, tokens), ended, running: [], pause: 0 };
  }

  #report(news: { refund?: number; ended?: number[]; running?: number[]; pause?: number }): void {
    const { refund = 0, ended = [], running = [], pause = 0 } = news;
    const amounts = this.#amounts(0, refund);
    const settlement = { ...this.#limit, amounts, ended, running, pause };
    void this.#circuit.ask(async () => this.#store.settle(this.#name, settlement));
  }

  /** Renews the places of open calls; otherwise the store grants them to other processes. */
  #renew(): void {
    if (this.#running.size > 0) this.#report({ running: [...this.#running].map(({ lease }) => lease) });
    else this.#renewing = void clearInterval(this.#renewing);
  }

  // From state to state

  #fallBack({ tokens }: Waiting): void {
    const whole = {
      limits: this.#limits,
      fallback: this.#store.fallback,
      snapshot: this.#snapshot,
      running: this.#running,
      now: this.#now,
      amountsOf: (of: number) => this.#amounts(1, of),
    };
    this.#share = new LocalShare(whole, this.#snapshot.shares(this.#amounts(1, tokens)));
    this.#circuit.onReturn(() => this.#comeBack());
  }

  #comeBack(): void {
    const levels = this.#share?.whole() ?? [];
    this.#share = undefined;
    if (this.#store.fallback === 'local') this.#snapshot.updateFromLocal(levels);
    this.#returnedAt = this.#now();
    this.#openSince = this.#now();
    this.#fullUntil = 0;
    if (this.#limit.concurrency > 0) this.#renew();
    this.#line.pump();
    this.#ask();
  }
}

/** @returns 0: it leaves the line at once. */
function refuse(ticket: Waiting, code: Refusal, retryAfter?: number): 0 {
  ticket.refused = { code, retryAfter };
  return 0;
}
