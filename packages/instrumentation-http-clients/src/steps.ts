/**
 * Requests to the universal endpoint of Cloudflare's gateway: a list of requests to providers, of which the first that does
 * not fail is answered. https://developers.cloudflare.com/ai-gateway/usage/universal/
 */
import { fields, objects } from '@llmtrace/core/internal';
import type { Header } from './clients/reading.ts';
import type { Target } from './protocols/protocol.ts';

/** A request within the list, as the gateway's own path for its provider would have it. */
export interface Step {
  readonly target: Target;
  readonly query: object;
}

/** More are not looked at. */
const MAX_STEPS = 20;

export const stepsOf = (target: Target, list: readonly unknown[]): (Step | undefined)[] =>
  objects(list.slice(0, MAX_STEPS)).map((one) => stepOf(target, fields(one)));

function stepOf({ url, header }: Target, { provider, endpoint, query }: any): Step | undefined {
  if (typeof provider !== 'string' || typeof endpoint !== 'string' || typeof query !== 'object')
    return undefined;
  const [path = '', search] = endpoint.split('?', 2);
  const at = new URL(url);
  at.pathname = [url.pathname.replace(/\/$/, ''), provider, path.replace(/^\//, '')].join('/');
  at.search = search ?? '';
  return { target: { url: at, path: at.pathname, header }, query: fields(query) };
}

/** Which of the requests the answer is of. */
export function stepOfAnswer(header: Header): number {
  const step = Number(header('cf-aig-step') ?? 0);
  return Number.isInteger(step) && step >= 0 ? step : 0;
}
