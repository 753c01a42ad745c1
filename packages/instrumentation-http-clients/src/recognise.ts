/** Recognises model calls by their path, then by their body, and if that is ambiguous by the host. */
import module from 'node:module';
import { fields, isLocalHost, late, originOf } from '@llmtrace/core/internal';
import { CUT } from './bodies/request-body.ts';
import type { Beside, Protocol, Target } from './protocols/protocol.ts';
import { stepsOf } from './steps.ts';

const require = module.createRequire(import.meta.url);

const all = late(() => require('./protocols/all.ts') as typeof import('./protocols/all.ts'));

/** The protocols are loaded with the first request that may be a call: most of a start's time would be theirs. */
function protocols(): readonly Protocol[] {
  try {
    return all().PROTOCOLS;
  } catch {
    return []; // a warning has named the cause
  }
}

/** A request that is a call of a protocol, if its answer is, too, or the host is known. */
export interface Recognised {
  readonly protocol: Protocol;
  readonly asked: Beside;
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether the request alone is proof enough. */
  readonly isSure: boolean;
  /** The other protocols that have such a request, where the answer must show which one it is. */
  readonly others?: readonly Recognised[];
  /** The requests of which one is answered: the head of the answer tells which. It is a call in any case. */
  readonly steps?: readonly (Recognised | undefined)[];
}

/**
 * Whether a host is known to serve models, by the vendors' hosts or by the application's own `providerMap`. A local
 * server with Ollama's paths may be the application's own.
 */
export function isKnownHost(url: URL, map: Readonly<Record<string, string>>): boolean {
  const { provider } = originOf(url.href, undefined, '', map);
  if (provider !== 'ollama' || !isLocalHost(url.hostname)) return provider !== '';
  return Object.hasOwn(map, url.host) || Object.hasOwn(map, url.hostname);
}

/** @param sent the body; undefined where it is not known, null where it is no JSON. */
export function recognise(target: Target, sent: unknown, isKnown: boolean): Recognised | undefined {
  if (Array.isArray(sent)) return isKnown ? recogniseSteps(target, sent) : undefined;
  const body = fields(sent);
  if (body.jsonrpc !== undefined) return undefined;
  const isUnread = sent === undefined || body[CUT] === true;
  const matching = candidates(target, isKnown).filter((one) => {
    if (isUnread) return isKnown || one.isDistinctPath;
    return (isKnown && one.isDistinctPath) || one.matches(body, target);
  });
  const [found, ...others] = matching.map(
    (protocol): Recognised => ({
      protocol,
      body,
      isSure: (isKnown && !protocol.isShownByAnswer) || protocol.isDistinct === true,
      asked: askedOf(protocol, body, target),
    }),
  );
  return found?.isSure === false && others.length > 0 ? { ...found, others } : found;
}

function recogniseSteps(target: Target, list: readonly unknown[]): Recognised | undefined {
  const steps = stepsOf(target, list).map((step) => step && recognise(step.target, step.query, true));
  const first = steps.find((step) => step !== undefined);
  return first && { ...first, isSure: false, steps };
}

const candidates = ({ path }: Target, isKnown: boolean): Protocol[] =>
  protocols().filter((protocol) => isAt(protocol, isKnown) && protocol.path.test(path));

/** Whether a protocol can be known at such a host. */
const isAt = ({ isDistinct, confirms, isKnownOnly }: Protocol, isKnown: boolean): boolean =>
  isKnown || (!isKnownOnly && Boolean(isDistinct ?? confirms));

/** A name that is percent-encoded in a path. */
function decoded(text: string | undefined): string | undefined {
  try {
    return text && decodeURIComponent(text);
  } catch {
    return text;
  }
}

function askedOf(protocol: Protocol, body: Readonly<Record<string, unknown>>, target: Target): Beside {
  return {
    url: target.url.href,
    protocol: protocol.provider,
    model: protocol.model?.(body, target) ?? decoded(protocol.path.exec(target.path)?.[1]),
    stream: protocol.stream?.(target),
  };
}
