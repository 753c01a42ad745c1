/**
 * Reads bodies as the vendor sent them, where the SDK drops a part that llmtrace needs (`@google/genai` drops the
 * usage of embeddings, and version 1 errors within a stream). The SDK reads each body as before, and llmtrace
 * inspects the parsed value before the SDK does.
 */

import { define } from '../platform/replace-method.ts';
import { callOf, replaceMethod } from './attempts/watch.ts';
import { guard } from './guard.ts';
import type { OpenCall } from './open-call.ts';
import { type AnyStream, isStream } from './stream.ts';

/** The result of the SDK's client: an unread response, or a stream of unread responses. */
interface RawResponse {
  json(): Promise<unknown>;
}

/** Inspects the results of these methods of `client` from now on, for all clients of its class. */
export function watchRawBodies(client: unknown, methods: readonly string[]): void {
  for (const name of methods) {
    replaceMethod(client, name, (original) => {
      return function request(this: unknown, ...args) {
        const result = original.apply(this, args);
        const live = callOf(this);
        if (!live?.endpoint.raw || live.endpoint.keepsAll?.(this) || !(result instanceof Promise))
          return result;
        return result.then((answer) => watched(live, answer));
      };
    });
  }
}

function watched(live: OpenCall, answer: unknown): unknown {
  guard(live.engine, 'answer', () => {
    if (isStream(answer)) watchEvents(live, answer as AnyStream & AsyncIterator<RawResponse>);
    else watchBody(live, answer as RawResponse);
  });
  return answer;
}

function watchEvents(live: OpenCall, events: AsyncIterator<RawResponse>): void {
  const { next } = events;
  if (typeof next !== 'function') return;
  define(events, 'next', async (...args: []) => {
    const event = await next.apply(events, args);
    if (!event.done) watchBody(live, event.value);
    return event;
  });
}

function watchBody({ engine, endpoint, call }: OpenCall, response: RawResponse): void {
  const { json } = response;
  if (typeof json !== 'function') return;
  define(response, 'json', async () => {
    const body = await json.call(response);
    if (call.endTime === undefined) guard(engine, 'answer', () => endpoint.raw?.(call.response, body));
    return body;
  });
}
