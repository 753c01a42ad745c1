/**
 * Bodies as a vendor sent them, where the SDK drops something of them that is to be known (`@google/genai` the
 * usage of embeddings, and in version 1 errors within a stream). The SDK reads each body as it always does, and
 * what it reads is looked at on the way.
 */

import { define } from '../platform/replace-method.ts';
import { callOf, replaceMethod } from './attempts/watch.ts';
import { guard } from './guard.ts';
import type { Live } from './open-call.ts';
import { type AnyStream, isStream } from './stream.ts';

/** What the SDK's client gives to the rest of the SDK: a response yet to be read, or a stream of such. */
interface RawResponse {
  json(): Promise<unknown>;
}

/** Looks at what these methods of `client` give from now on, for all clients that share its class. */
export function watchRawBodies(client: unknown, methods: readonly string[]): void {
  for (const name of methods) {
    replaceMethod(client, name, (original) => {
      return function request(this: unknown, ...args) {
        const given = original.apply(this, args);
        const live = callOf(this);
        if (!live?.endpoint.raw || live.endpoint.keepsAll?.(this) || !(given instanceof Promise))
          return given;
        return given.then((answer) => watched(live, answer));
      };
    });
  }
}

function watched(live: Live, answer: unknown): unknown {
  guard(live.engine, 'answer', () => {
    if (isStream(answer)) watchEvents(live, answer as AnyStream & AsyncIterator<RawResponse>);
    else watchBody(live, answer as RawResponse);
  });
  return answer;
}

function watchEvents(live: Live, events: AsyncIterator<RawResponse>): void {
  const { next } = events;
  if (typeof next !== 'function') return;
  define(events, 'next', async (...args: []) => {
    const event = await next.apply(events, args);
    if (!event.done) watchBody(live, event.value);
    return event;
  });
}

function watchBody({ engine, endpoint, call }: Live, response: RawResponse): void {
  const { json } = response;
  if (typeof json !== 'function') return;
  define(response, 'json', async () => {
    const body = await json.call(response);
    if (call.endTime === undefined) guard(engine, 'answer', () => endpoint.raw?.(call.response, body));
    return body;
  });
}
