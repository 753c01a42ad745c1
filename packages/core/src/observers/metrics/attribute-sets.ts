/**
 * The attributes of metrics. A **series** is all calls with the same attributes; its attribute object is built once and
 * reused, because an application has few series and many calls, and each attribute object is sent to another thread
 * only once. All instrumentations of the process share the objects: an option of one instrumentation cannot change them.
 */
import type { Attributes } from '@opentelemetry/api';
import type { Call, Operation } from '../../model/call.ts';
import { metricAttributes } from '../attributes.ts';
import type { Labels } from './labels.ts';

/** The data that calls with the same attributes share. */
export interface Series {
  readonly attributes: Attributes;
  /** The same for a count of tokens, by `gen_ai.token.type`. */
  readonly input: Attributes;
  readonly output: Attributes;
}

/** A series, with all that its attributes are made of. */
export interface Entry extends Series, Pick<Call, 'operation' | 'provider'> {
  readonly address: string | undefined;
  readonly port: number | undefined;
  readonly requested: string | undefined;
  answered: string | undefined;
  readonly tier: string | undefined;
}

/** The number of recent attribute sets to keep. It is small, because the search is linear. */
const MAX = 32;
const recent: Entry[] = [];

/** The series of a call, as far as it is known by now. */
export function seriesOf(call: Readonly<Call>, labels?: Labels): Series {
  const entries = labels?.recent ?? recent;
  const first = entries[0];
  const series = first && isOf(first, call) ? first : found(entries, call, labels);
  // The same string object compares at once: each chunk of a stream compares it.
  series.answered = call.response.model;
  return series;
}

const found = (entries: Entry[], call: Call, labels: Labels | undefined): Entry =>
  recall(
    entries,
    (entry) => isOf(entry, call),
    () => entryOf(call, labels),
  );

/** The wanted entry of a list, else a new one. It becomes the first; of {@link MAX} entries the last one goes. */
function recall<T>(entries: T[], isWanted: (entry: T) => boolean, make: () => T): T {
  const index = entries.findIndex(isWanted);
  const entry = index < 0 ? make() : (entries[index] as T);
  if (index >= 0) entries.splice(index, 1);
  else if (entries.length === MAX) entries.pop();
  entries.unshift(entry);
  return entry;
}

const isOf = (entry: Entry, { operation, provider, server, request, response }: Call): boolean =>
  entry.answered === response.model &&
  entry.requested === request.model &&
  entry.operation === operation &&
  entry.provider === provider &&
  entry.address === server?.address &&
  entry.port === server?.port &&
  entry.tier === response.serviceTier;

function entryOf(call: Call, labels: Labels | undefined): Entry {
  const { operation, provider, server, request, response } = call;
  const attributes = { ...labels?.attributes, ...metricAttributes(call) };
  return {
    attributes,
    input: { ...attributes, 'gen_ai.token.type': 'input' },
    output: { ...attributes, 'gen_ai.token.type': 'output' },
    ...{ operation, provider },
    address: server?.address,
    port: server?.port,
    requested: request.model,
    answered: response.model,
    tier: response.serviceTier,
  };
}

/**
 * Makes the attributes of a series, and returns the same object again for the same parts, as long as the series is among
 * the last {@link MAX}.
 */
export function recentSets<P extends readonly unknown[]>(
  make: (...parts: P) => Attributes,
): (...parts: P) => Attributes {
  const sets: { readonly parts: P; readonly attributes: Attributes }[] = [];
  return (...parts) => {
    const first = sets[0];
    if (first && areSame(first.parts, parts)) return first.attributes;
    const isWanted = (set: { readonly parts: P }): boolean => areSame(set.parts, parts);
    return recall(sets, isWanted, () => ({ parts, attributes: make(...parts) })).attributes;
  };
}

function areSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  for (let index = 0; index < some.length; index++) if (some[index] !== others[index]) return false;
  return true;
}

const starts = new Map<string, Map<Operation, Attributes>>();

/** The attributes that are known when a call starts and are the same when it ends. */
export function startOf({ operation, provider }: Call): Attributes {
  let operations = starts.get(provider);
  if (!operations) {
    operations = new Map();
    starts.set(provider, operations);
  }
  let attributes = operations.get(operation);
  if (!attributes) {
    attributes = { 'gen_ai.operation.name': operation, 'gen_ai.provider.name': provider };
    operations.set(operation, attributes);
  }
  return attributes;
}
