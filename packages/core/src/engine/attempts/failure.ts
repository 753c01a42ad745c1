/**
 * A failed attempt, as interceptors see it. The original response or error is kept with it: the SDK gets that back in
 * the end and makes its own error of it.
 */

import { isCancelled } from '../../errors/index.ts';
import type { AttemptFailure } from '../../model/call.ts';
import { isAborted } from '../../platform/abort-signals.ts';
import { clearTimeout, setTimeout } from '../../platform/at-start.ts';

/** The outcome of a failed attempt, which the SDK gets: an error response, or an error. */
export type FailedOutcome = { readonly response: Response } | { readonly error: unknown };

const outcomes = new WeakMap<object, FailedOutcome>();

/** The outcome that `failure` represents; undefined if it is no failed attempt. */
export const outcomeFor = (failure: unknown): FailedOutcome | undefined =>
  typeof failure === 'object' && failure !== null ? outcomes.get(failure) : undefined;

/**
 * An error of the network or of the SDK. It represents itself, except that an abort which the application did not
 * request is a timeout.
 */
export function failed(error: unknown, signal: AbortSignal | undefined): unknown {
  if (!isCancelled(error) || isAborted(signal)) {
    if (typeof error === 'object' && error !== null) outcomes.set(error, { error });
    return error;
  }
  // Without the cause, which describes an abort.
  const failure = new Error('The request timed out.');
  failure.name = 'TimeoutError';
  outcomes.set(failure, { error });
  return failure;
}

/** How long to wait for the body of a failed attempt, in ms: it may contain the reason but may never arrive. */
const PATIENCE = 5000;
/** How much of it is read, in bytes: the longest recorded error of a vendor has 6 KB. An endless one is left there. */
const MAX_BODY = 65_536;

/** A response that is no success. Its body is read from a copy: the SDK reads the original, should it come to that. */
export async function refusedBy(response: Response): Promise<AttemptFailure> {
  const { status, headers } = response;
  const body = await bodyOf(response);
  const vendorError = (body as { error?: unknown } | undefined)?.error;
  // Anthropic's errors keep the whole body, OpenAI's only its `error` field.
  const error = (body as { type?: unknown } | undefined)?.type === 'error' ? body : vendorError;
  const failure = Object.assign(new Error(`The vendor answered with status ${status}.`), {
    name: 'AttemptFailure',
    status,
    headers,
    error,
  });
  outcomes.set(failure, { response });
  return failure;
}

/** Ends the answer of an attempt that another one followed: unread, it would keep its connection. */
export function discard(response: Response): void {
  try {
    const body = response.body as Source | null;
    if (body && 'cancel' in body) body.cancel().catch(() => {});
    else body?.destroy?.();
  } catch {} // it is read by another, who ends it
}

/** A body as a stream of the web's, or of Node's where an SDK uses node-fetch. */
type Source = ReadableStream<Uint8Array> | (AsyncIterable<Uint8Array> & { destroy?(): void });

async function bodyOf(response: Response): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const { text, stop } = reading(response.clone());
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => {
        stop();
        resolve('');
      }, PATIENCE);
    });
    return JSON.parse(await Promise.race([text, late]));
  } catch {
    return undefined; // no JSON, too long, or it broke off
  } finally {
    clearTimeout(timer);
  }
}

/** The text of a response, as far as it is read, and a way to read no further. */
function reading(response: Response): { text: Promise<string>; stop: () => void } {
  const body = response.body as Source | null;
  if (body && 'getReader' in body) {
    const reader = body.getReader();
    const stop = (): void => void reader.cancel().catch(() => {});
    return { text: beginning(pulled(reader), stop), stop };
  }
  if (body && Symbol.asyncIterator in body) {
    const stop = (): void => body.destroy?.();
    return { text: beginning(body, stop), stop };
  }
  return { text: response.text(), stop: () => {} };
}

async function* pulled(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
}

/** A body as text. Reading stops at {@link MAX_BODY}; the cut text is not parsed as JSON. */
async function beginning(chunks: AsyncIterable<Uint8Array>, stop: () => void): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > MAX_BODY) {
      stop();
      return '';
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
