/**
 * The attempts of a call, seen beneath the SDK's own retries: each of them goes through one method of the
 * client. An attempt finds its call by the OpenTelemetry context that the call runs in.
 */
import { type Context, context, createContextKey } from '@opentelemetry/api';
import type { Live } from './live.ts';

const CALL = createContextKey('llmtrace.call');
const WATCHED = Symbol.for('llmtrace.attempts');
/** The method of OpenAI's and Anthropic's clients that makes one request. */
const METHOD = 'fetchWithTimeout';

type Send = ((this: unknown, ...args: unknown[]) => unknown) & { [WATCHED]?: true };

/** The context in which the method of a call runs. */
export const inCall = (live: Live): Context => live.call.context.setValue(CALL, live);

/**
 * Counts the requests of `client` from now on, for all clients that share its class. It is the prototype
 * that is changed: a client with a method of its own is a client that the application has changed.
 */
export function watchAttempts(client: unknown): void {
  const owner = ownerOf(client);
  const send = owner?.[METHOD];
  if (!owner || typeof send !== 'function' || send[WATCHED]) return;
  const watched: Send = function fetchWithTimeout(...args) {
    attempted(this);
    return send.apply(this, args);
  };
  Object.defineProperty(watched, 'length', { value: send.length, configurable: true });
  watched[WATCHED] = true;
  Object.defineProperty(owner, METHOD, { value: watched, configurable: true, writable: true });
}

function attempted(client: unknown): void {
  const live = context.active().getValue(CALL) as Live | undefined;
  if (live?.client !== client || live === undefined || live.call.endTime !== undefined) return;
  live.call.attempts++;
  live.call.attemptTime = performance.now();
}

function ownerOf(client: unknown): { [METHOD]?: Send } | undefined {
  if (typeof client !== 'object' || client === null) return undefined;
  for (let owner = Object.getPrototypeOf(client); owner !== null; owner = Object.getPrototypeOf(owner)) {
    if (Object.hasOwn(owner, METHOD)) return owner;
  }
  return undefined;
}
