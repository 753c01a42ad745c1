/**
 * A **behaviour** is how the fake vendor treats one request: it fails, waits, stops in the middle of a
 * stream, and so on. It has a name, which an application sends in place of a model's name, so that the
 * application needs no change to meet it; a request that names a real model may carry it in a header.
 */

/** The header that chooses a behaviour without giving up the model's name. */
export const BEHAVIOUR_HEADER = 'x-vendor-behaviour';

/** What goes wrong within a stream, once `after` chunks are out; or half-way through any other answer. */
export interface StreamCut {
  how: 'hang' | 'drop' | 'error';
  after: number;
}

export interface Behaviour {
  readonly name: string;
  /** Answer with this status instead of the real answer. */
  readonly status?: number;
  /** Do so this often for one API key, then answer once, then begin again. Always, where absent. */
  readonly times?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Close the connection instead of answering. */
  readonly reset?: boolean;
  /** Never send headers. */
  readonly hang?: boolean;
  /** Wait before the headers, in ms. */
  readonly latency?: number;
  /** Wait between the chunks of a stream, in ms. */
  readonly gap?: number;
  readonly cut?: StreamCut;
  /** How the answer itself ends, for vendors that say so in their answers. */
  readonly ending?: 'failed' | 'incomplete' | 'filtered';
}

/** An SDK that retries by itself obeys the finer header, and tests do not wait. */
const RETRY_SOON = { 'retry-after-ms': '5' };
const RATE_LIMITED = { 'retry-after': '1', 'retry-after-ms': '20' };

const NAMED: readonly Behaviour[] = [
  { name: 'slow', latency: 1500 },
  { name: 'slow-stream', gap: 150 },
  { name: 'hang', hang: true },
  { name: 'reset', reset: true },
  { name: 'hang-mid-stream', cut: { how: 'hang', after: 3 } },
  { name: 'drop-mid-stream', cut: { how: 'drop', after: 3 } },
  { name: 'error-mid-stream', cut: { how: 'error', after: 3 } },
  { name: 'failed-response', ending: 'failed' },
  { name: 'incomplete-response', ending: 'incomplete' },
  { name: 'filtered-response', ending: 'filtered' },
];

const TIMES: Readonly<Record<string, number>> = { once: 1, twice: 2 };

/**
 * The behaviour of that name, if it is one: those of the table above, and `fail-<status>` with an optional
 * `-once` or `-twice`.
 */
export function behaviourOf(name: string | undefined): Behaviour | undefined {
  const [, status, often] = /^fail-([45]\d\d)(?:-(once|twice))?$/.exec(name ?? '') ?? [];
  if (name === undefined || status === undefined) return NAMED.find((one) => one.name === name);
  const headers = status === '429' ? RATE_LIMITED : RETRY_SOON;
  const times = TIMES[often ?? ''];
  return { name, status: Number(status), headers, ...(times === undefined ? {} : { times }) };
}
