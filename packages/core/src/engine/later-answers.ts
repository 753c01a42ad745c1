/**
 * Answers that come **later** than the call that ordered them: a response that the vendor makes in the background, a
 * batch. Another method of the SDK reads them, maybe many times. Only one reading is reported: the first that has the
 * usage. Where the usage of a batch is in a file of results only, the id of that file takes the place of the batch's.
 */
import type { SpanContext } from '@opentelemetry/api';
import type { LlmAttributes } from '../model/attributes.ts';
import { hasTokens } from '../model/billing.ts';
import type { Call, LlmRequest } from '../model/call.ts';
import { spanOf } from '../model/call-span.ts';

/** The record of a call whose answer comes later. */
export interface Ordered {
  readonly request: LlmRequest;
  readonly attributes: LlmAttributes;
  /** The span of the call. */
  readonly span: SpanContext | undefined;
}

/** A reading of an answer that was ordered before. */
export interface Reading {
  readonly key: string;
  /** Undefined where any reading counts: a batch may have been ordered by another process. */
  readonly ordered: Ordered | undefined;
}

/** The number of calls to remember; beyond it, the oldest are dropped. */
const MAX = 1000;
/**
 * The time to remember a call, in ms. Vendors keep their answers for longer, but applications do not wait for them.
 */
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

/** The key includes the host: the same id may mean another answer at another host. */
const keyOf = (address: string | undefined, id: string): string => `${address ?? ''} ${id}`;

/** A call, or a reading, has ended; its answer may be yet to come. */
export function remember(call: Call): void {
  const { isPending, resultsId, usage } = call.response;
  const id = resultsId ?? (isPending ? call.response.id : undefined);
  if (id === undefined || usage !== undefined || call.outcome === 'failed') return;
  const { request, attributes } = call;
  ordered.set(keyOf(call.server?.address, id), { request, attributes, span: spanOf(call)?.spanContext() });
}

/**
 * The reading of the answer with this id, if it is to be reported.
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
