/**
 * Answers that come **later** than the call that ordered them: a response that the vendor makes in the background, a
 * batch. Another method of the SDK reads them, maybe many times. What is told of is one reading alone: the first that
 * brings the usage.
 */
import type { SpanContext } from '@opentelemetry/api';
import { hasTokens } from '../model/billing.ts';
import type { Call, LlmRequest } from '../model/call.ts';
import { spanOf } from '../model/call-span.ts';

/** What is known of a call whose answer is to come. */
export interface Ordered {
  readonly request: LlmRequest;
  /** The span of the call. */
  readonly span: SpanContext | undefined;
}

/** A reading of an answer that was ordered before. */
export interface Reading {
  readonly key: string;
  /** Undefined where any reading counts: a batch may have been ordered by another process. */
  readonly ordered: Ordered | undefined;
}

/** So many are remembered at once; when there are more, the oldest are forgotten. */
const MAX = 1000;
/** So long, in ms: vendors keep what they make for longer, but no one waits for it. */
const TTL = 24 * 3_600_000;

/** Keys in the order in which they came, each until when it holds. */
class Remembered<T> {
  private readonly entries = new Map<string, { value: T; until: number }>();

  get(key: string): T | undefined {
    const entry = this.entries.get(key);
    return entry && entry.until > performance.now() ? entry.value : undefined;
  }

  set(key: string, value: T): void {
    this.entries.delete(key);
    const [oldest] = this.entries.keys();
    if (this.entries.size >= MAX && oldest !== undefined) this.entries.delete(oldest);
    this.entries.set(key, { value, until: performance.now() + TTL });
  }

  delete(key: string): void {
    this.entries.delete(key);
  }
}

const ordered = new Remembered<Ordered>();
const counted = new Remembered<true>();

/** Ids are the vendor's: what has one at a host need not be the same at another. */
const keyOf = (address: string | undefined, id: string): string => `${address ?? ''} ${id}`;

/** A call has ended; its answer may be yet to come. */
export function remember(call: Call): void {
  const { id, isPending, usage } = call.response;
  if (!isPending || id === undefined || usage !== undefined || call.outcome === 'failed') return;
  ordered.set(keyOf(call.server?.address, id), { request: call.request, span: spanOf(call)?.spanContext() });
}

/**
 * The reading of what has this id, as far as it is to be told of.
 * @param isBatch whether it counts though no call of this process is known to have ordered it.
 */
export function readingOf(address: string | undefined, id: string, isBatch: boolean): Reading | undefined {
  const key = keyOf(address, id);
  if (counted.get(key)) return undefined;
  const known = ordered.get(key);
  return known || isBatch ? { key, ordered: known } : undefined;
}

/** Whether a reading that has ended is the first that brings the usage. It is so once. */
export function isFirst({ key }: Reading, { outcome, response }: Call): boolean {
  if (outcome !== 'completed' || response.isPending || !hasTokens(response.usage)) return false;
  if (counted.get(key)) return false;
  counted.set(key, true);
  ordered.delete(key);
  return true;
}
