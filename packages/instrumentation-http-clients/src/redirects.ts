/**
 * Calls whose request was answered by a redirect: the client's next request to that place is the same call. The
 * client decides whether to follow: a call that no request continues within a second has ended with the redirect.
 */
import { clearTimeout, close, type OpenCall, outside, setTimeout } from '@llmtrace/core/internal';
import type { Recognised } from './recognise.ts';

export interface Redirected {
  readonly live: OpenCall;
  readonly found: Recognised;
  /** The length of the request's body: one that follows has the same. */
  readonly length: number;
}

/** How long a client may take from a redirect to its next request, in ms. */
const FOLLOW_MS = 1000;
const MAX_WAITING = 100;

interface Waiting extends Redirected {
  readonly place: string;
  readonly timer: NodeJS.Timeout;
}

/** In the order of the redirects. Several may lead to one place: a client that does not follow leaves its call here. */
const waiting: Waiting[] = [];

/** @param status of the redirect, which the call has failed with if nothing follows. */
export function awaitRedirect(place: string, redirected: Redirected, status: number): void {
  if (waiting.length >= MAX_WAITING) {
    end(redirected.live, status);
    return;
  }
  const giveUp = (): void => {
    waiting.splice(waiting.indexOf(entry), 1);
    end(redirected.live, status);
  };
  const timer = outside(() => setTimeout(giveUp, FOLLOW_MS).unref());
  const entry: Waiting = { ...redirected, place, timer };
  waiting.push(entry);
}

/**
 * The call that a request to this place continues, if its body has the same length. Of several calls it is the latest:
 * clients follow a redirect at once.
 */
export function takeRedirected(place: string, length: number): Redirected | undefined {
  const index = waiting.findLastIndex((one) => one.place === place && one.length === length);
  if (index < 0) return undefined;
  const [found] = waiting.splice(index, 1);
  clearTimeout(found?.timer);
  return found;
}

/** It ended when the redirect arrived. */
const end = (live: OpenCall, status: number): void =>
  close(live, 'abandoned', Object.assign(new Error('Redirected'), { status }));
