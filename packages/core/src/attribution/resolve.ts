/**
 * Resolves the attributes of a call from their sources. The first source with a value wins: `withLlmAttributes()` (the
 * innermost first), the fields of the request, the baggage.
 */
import { type Baggage, type Context, propagation } from '@opentelemetry/api';
import {
  attributeNamed,
  attributeValue,
  type LlmAttributes,
  merged,
  type NamedAttribute,
  NO_ATTRIBUTES,
} from '../model/attributes.ts';
import { memo } from '../platform/memo.ts';
import { text } from './attributes.ts';
import { type Hash, hashWith } from './hash.ts';
import type { ResolvedAttribution } from './options.ts';
import { scopeOf } from './scope.ts';

/** The resolution of attributes by one set of options. */
export interface Attribution {
  /** Whether the fields of requests are read. */
  readonly requestFields: boolean;
  /**
   * The attributes of a call, a tool or an agent that runs in a context.
   * @param request the attributes in the fields of its request.
   */
  of(context: Context, request?: LlmAttributes): LlmAttributes;
  /** The value of an attribute, hashed if the option `hash` names the attribute. */
  conceal(name: string, value: string): string;
}

/** The same options return the same attribution, which keeps the salt and the hashes that it has made. */
export const attributionOf = memo(new WeakMap<ResolvedAttribution, Attribution>(), (options) =>
  makeAttribution(options),
);

function makeAttribution({
  baggageKeys,
  requestFields,
  hash: hashed,
  salt,
}: ResolvedAttribution): Attribution {
  const keys = baggageKeys.map((key): Key => ({ key, name: attributeNamed(key) }));
  const names = new Set(hashed.map((name) => attributeNamed(name) ?? name));
  const hash = names.size > 0 ? hashWith(salt) : undefined;
  const conceal = (name: string, value: string): string =>
    hash && names.has(attributeNamed(name) ?? name) ? hash(value) : value;
  const concealed = hash && concealer(names, hash);
  // All calls of a function have the same attributes, as long as neither request nor baggage add to them.
  const ofScope = concealed && memo(new WeakMap<LlmAttributes, LlmAttributes>(), concealed);

  return {
    requestFields,
    conceal,
    of(context, request) {
      const baggage = keys.length > 0 ? propagation.getBaggage(context) : undefined;
      const set = scopeOf(context)?.attributes;
      const found = either(either(set, request), baggage && carriedBy(baggage, keys));
      if (!found) return NO_ATTRIBUTES;
      // An object of one call alone is not worth an entry in a map.
      const conceal = found === set ? ofScope : concealed;
      return conceal ? conceal(found) : found;
    },
  };
}

/** The attributes of one source, or of both. */
const either = (
  first: LlmAttributes | undefined,
  second: LlmAttributes | undefined,
): LlmAttributes | undefined => (first && second ? merged(first, second) : (first ?? second));

interface Key {
  readonly key: string;
  readonly name: NamedAttribute | undefined;
}

/** Undefined where the baggage has no entry of these keys. */
function carriedBy(baggage: Baggage, keys: readonly Key[]): LlmAttributes | undefined {
  let found: Record<string, unknown> | undefined;
  let extra: Record<string, string> | undefined;
  for (const { key, name } of keys) {
    const value = text(baggage.getEntry(key)?.value);
    if (value === undefined) continue;
    found ??= {};
    if (name !== undefined) found[name] = value;
    else {
      extra ??= {};
      Object.defineProperty(extra, key, { value, enumerable: true, configurable: true, writable: true });
      found['extra'] = extra;
    }
  }
  return found;
}

/** The span attribute of `prompt_cache_key`, which OpenAI advises to derive from the user's id. */
const CACHE_KEY = 'llmtrace.request.prompt_cache_key';

/**
 * Replaces the values of attributes by their hashes, also where another attribute has the same value. It runs for
 * each call, so it reads the attributes one by one: reading them by computed names takes three times as long.
 */
function concealer(names: ReadonlySet<string>, hash: Hash): (attributes: LlmAttributes) => LlmAttributes {
  const listed = [...names];
  const [user, session, conversation] = (['user', 'session', 'conversation'] as const).map(has, names);
  const [tenant, feature] = (['tenant', 'feature'] as const).map(has, names);
  const [promptName, promptVersion] = (['promptName', 'promptVersion'] as const).map(has, names);
  return (a) => {
    const secrets: (string | undefined)[] = [];
    for (const name of listed) secrets.push(attributeValue(a, name));
    const cover = (isHashed: boolean | undefined, value: string): string =>
      isHashed || secrets.includes(value) ? hash(value) : value;
    return {
      user: a.user && cover(user, a.user),
      session: a.session && cover(session, a.session),
      conversation: a.conversation && cover(conversation, a.conversation),
      tenant: a.tenant && cover(tenant, a.tenant),
      feature: a.feature && cover(feature, a.feature),
      promptName: a.promptName && cover(promptName, a.promptName),
      promptVersion: a.promptVersion && cover(promptVersion, a.promptVersion),
      tags: a.tags?.map((tag) => cover(names.has('tags'), tag)),
      extra:
        a.extra &&
        coveredExtra(a.extra, (name, value) => cover(name === CACHE_KEY || names.has(name), value)),
    };
  };
}

function has(this: ReadonlySet<string>, name: NamedAttribute): boolean {
  return this.has(name);
}

const coveredExtra = (
  extra: Readonly<Record<string, string>>,
  cover: (name: string, value: string) => string,
): Record<string, string> =>
  Object.fromEntries(Object.entries(extra).map(([name, value]) => [name, cover(name, value)]));
