/**
 * Who is asked: `gen_ai.provider.name` and `server.*`, from the client's class, then its base URL, then
 * the vendor's own name. The conventions name the values but give no algorithm; `hosts.ts` has the hosts.
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/
 */
import type { Server } from '../model/call.ts';
import { parseUrl, providerOf } from './hosts.ts';

/** A client's address and provider. */
export interface Origin {
  readonly provider: string;
  readonly server: Server | undefined;
  /** The provider whose prices apply; undefined at an unknown host. */
  readonly priceProvider: string | undefined;
  /** The region, where the host or the path names it. */
  readonly region: string | undefined;
  /** Whether headers of its answers may show what they cost, or who served them: those of gateways, of Gemini and of Bedrock. */
  readonly readsHeaders: boolean;
}

/** Gateways to providers that the host or the path names. */
const GATEWAYS = /^(?:gateway\.ai\.cloudflare\.com|(?:oai|anthropic)\.helicone\.ai)$/;

const WITH_HEADERS = new Set([
  'hugging_face',
  'fireworks_ai',
  'gcp.gemini',
  'aws.bedrock',
  'portkey',
  'helicone',
  'requesty',
]);

/**
 * @param baseURL of the client; without a usable one there is no server, and the provider is `fallback`.
 * @param known the provider, where the client's class decides it.
 * @param map `providerMap` of the configuration; it wins over everything else.
 */
export function originOf(
  baseURL: string | undefined,
  known: string | undefined,
  fallback: string,
  map: Readonly<Record<string, string>>,
): Origin {
  const url = baseURL === undefined ? null : parseUrl(baseURL);
  if (!url) {
    const provider = known ?? fallback;
    return { provider, server: undefined, priceProvider: provider, region: undefined, readsHeaders: false };
  }
  const at = providerOf(url);
  const decided = mapped(map, url.host) ?? mapped(map, url.hostname) ?? known;
  const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port);
  return {
    provider: decided ?? at?.name ?? fallback,
    server: { address: url.hostname, port },
    priceProvider: decided ?? at?.priceProvider,
    region: at?.region,
    readsHeaders: at === undefined || WITH_HEADERS.has(at.name) || GATEWAYS.test(url.hostname),
  };
}

/** A host may be called `constructor`. */
const mapped = (map: Readonly<Record<string, string>>, host: string): string | undefined =>
  Object.hasOwn(map, host) ? map[host] : undefined;
