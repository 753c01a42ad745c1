/**
 * A **behaviour** is how the fake vendor treats a request: it fails, waits, stops in the middle of a stream, and so
 * on. An application chooses a behaviour by sending its name in place of a model's name, so that it needs no other
 * change; a request for a real model may name the behaviour in a header.
 */

/** The header that names a behaviour in a request for a real model. */
export const BEHAVIOUR_HEADER = 'x-vendor-behaviour';

/** How a stream breaks after `after` chunks, and any other answer in its middle. */
export interface StreamCut {
  how: 'hang' | 'drop' | 'error';
  after: number;
}

export interface Behaviour {
  readonly name: string;
  /** Answer with this status instead of the real answer. */
  readonly status?: number;
  /** The number of times in a row for one API key; then the server answers once, and starts again. Absent: always. */
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
  /** Compress a stream by gzip. */
  readonly isPacked?: boolean;
  /** The end that the answer itself reports, for vendors whose answers report one. */
  readonly ending?: 'failed' | 'incomplete' | 'filtered';
}

/** The header by which SDKs retry after 5 ms: tests need not wait the seconds of `retry-after`. */
const RETRY_SOON = { 'retry-after-ms': '5' };
const RATE_LIMITED = { 'retry-after': '1', 'retry-after-ms': '20' };

const NAMED: readonly Behaviour[] = [
  { name: 'slow', latency: 1500 },
  { name: 'slow-stream', gap: 150 },
  { name: 'hang', hang: true },
  { name: 'reset', reset: true },
  { name: 'packed-stream', isPacked: true },
  { name: 'hang-mid-stream', cut: { how: 'hang', after: 3 } },
  { name: 'drop-mid-stream', cut: { how: 'drop', after: 3 } },
  { name: 'error-mid-stream', cut: { how: 'error', after: 3 } },
  { name: 'failed-response', ending: 'failed' },
  { name: 'incomplete-response', ending: 'incomplete' },
  { name: 'filtered-response', ending: 'filtered' },
];

const TIMES: Readonly<Record<string, number>> = { once: 1, twice: 2 };

/**
 * The behaviour with that name: one of the table above, or `fail-<status>`, optionally with `-once` or `-twice`.
 * Undefined for any other name.
 */
export function behaviourOf(name: string | undefined): Behaviour | undefined {
  const [, status, often] = /^fail-([45]\d\d)(?:-(once|twice))?$/.exec(name ?? '') ?? [];
  if (name === undefined || status === undefined) return NAMED.find((behaviour) => behaviour.name === name);
  const headers = status === '429' ? RATE_LIMITED : RETRY_SOON;
  const times = TIMES[often ?? ''];
  return { name, status: Number(status), headers, ...(times === undefined ? {} : { times }) };
}
