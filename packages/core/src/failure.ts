/**
 * A failed attempt, as interceptors see it. What the SDK (or the network) really gave is kept beside it: that is what
 * the SDK gets back in the end, and makes its own error of.
 */
import type { AttemptFailure } from './call.ts';
import { isCancelled } from './errors.ts';
import { isAborted } from './signals.ts';

/** What an attempt gave in truth: a response that is no success, or an error. */
export type Given = { readonly response: Response } | { readonly error: unknown };

const givens = new WeakMap<object, Given>();

/** What `failure` stands for; undefined where it is no failed attempt. */
export const givenFor = (failure: unknown): Given | undefined =>
  typeof failure === 'object' && failure !== null ? givens.get(failure) : undefined;

/**
 * An error of the network or of the SDK. It stands for itself, but that an abort which the application did not ask
 * for is a timeout.
 */
export function failed(error: unknown, signal: AbortSignal | undefined): unknown {
  if (!isCancelled(error) || isAborted(signal)) {
    if (typeof error === 'object' && error !== null) givens.set(error, { error });
    return error;
  }
  // Without its cause, which says that it was aborted.
  const failure = new Error('The request timed out.');
  failure.name = 'TimeoutError';
  givens.set(failure, { error });
  return failure;
}

/** How long the body of a failed attempt is waited for, in ms: it may tell why, but need not come. */
const PATIENCE = 5000;

/** A response that is no success. Its body is read from a copy: the SDK reads the original, should it come to that. */
export async function refusedBy(response: Response): Promise<AttemptFailure> {
  const { status, headers } = response;
  const body = await bodyOf(response);
  const said = (body as { error?: unknown } | undefined)?.error;
  // Anthropic's errors keep the whole body, OpenAI's what is inside.
  const error = (body as { type?: unknown } | undefined)?.type === 'error' ? body : said;
  const failure = Object.assign(new Error(`The vendor answered with status ${status}.`), {
    name: 'AttemptFailure',
    status,
    headers,
    error,
  });
  givens.set(failure, { response });
  return failure;
}

async function bodyOf(response: Response): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, PATIENCE, '');
    });
    return JSON.parse(await Promise.race([response.clone().text(), late]));
  } catch {
    return undefined; // no JSON, or it broke off
  } finally {
    clearTimeout(timer);
  }
}
