/**
 * Who is asked: `gen_ai.provider.name` and `server.*`, from the client's class, then its base URL, then
 * the vendor's own name. The conventions name the values but give no algorithm; the hosts are matched as
 * whole domain labels, so that a look-alike host (`api.openai.com.example.org`) is never taken for a vendor.
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/
 */
import type { Server } from '../model/call.ts';

/** A client's address and provider. */
export interface Origin {
  readonly provider: string;
  readonly server: Server | undefined;
}

/** Hosts (and everything below them, where they begin with a dot) and their provider, the first match wins. */
const HOSTS: readonly (readonly [RegExp, string])[] = [
  [/^(.+\.)?openai\.azure\.com$/, 'azure.ai.openai'],
  [/^(.+\.)?cognitiveservices\.azure\.com$/, 'azure.ai.openai'],
  [/^(.+\.)?models\.ai\.azure\.com$/, 'azure.ai.inference'],
  [/^models\.inference\.ai\.azure\.com$/, 'azure.ai.inference'],
  [/^bedrock-(runtime|mantle)(-fips)?\.[^.]+\.(amazonaws\.com(\.cn)?|api\.aws)$/, 'aws.bedrock'],
  [/^generativelanguage\.googleapis\.com$/, 'gcp.gemini'],
  [/^([a-z0-9-]+-)?aiplatform\.googleapis\.com$/, 'gcp.vertex_ai'],
  [/^aiplatform\.[a-z0-9-]+\.rep\.googleapis\.com$/, 'gcp.vertex_ai'],
  [/^(.+\.)?api\.openai\.com$/, 'openai'],
  [/^api\.anthropic\.com$/, 'anthropic'],
  [/^api\.groq\.com$/, 'groq'],
  [/^api\.deepseek\.com$/, 'deepseek'],
  [/^api\.mistral\.ai$/, 'mistral_ai'],
  [/^api\.x\.ai$/, 'x_ai'],
  [/^api\.perplexity\.ai$/, 'perplexity'],
  [/^api\.moonshot\.(ai|cn)$/, 'moonshot_ai'],
  [/^api\.cohere\.(com|ai)$/, 'cohere'],
  [/^(.+\.)?ml\.cloud\.ibm\.com$/, 'ibm.watsonx.ai'],
  [/^openrouter\.ai$/, 'openrouter'],
  [/^api\.together\.(xyz|ai)$/, 'together_ai'],
  [/^api\.fireworks\.ai$/, 'fireworks_ai'],
  [/^api\.cerebras\.ai$/, 'cerebras'],
];

/** One Azure host serves both of Azure's APIs, told apart by the path. */
const AZURE_SERVICES = /^(.+\.)?services\.ai\.azure\.com$/;

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
  if (!url) return { provider: known ?? fallback, server: undefined };
  const host = url.hostname;
  const provider =
    mapped(map, url.host) ?? mapped(map, host) ?? known ?? providerOfHost(host, url.pathname) ?? fallback;
  const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port);
  return { provider, server: { address: host, port } };
}

/** A host may be called `constructor`. */
const mapped = (map: Readonly<Record<string, string>>, host: string): string | undefined =>
  Object.hasOwn(map, host) ? map[host] : undefined;

function providerOfHost(host: string, path: string): string | undefined {
  if (AZURE_SERVICES.test(host)) {
    if (path.startsWith('/openai')) return 'azure.ai.openai';
    if (path.startsWith('/models')) return 'azure.ai.inference';
  }
  return HOSTS.find(([pattern]) => pattern.test(host))?.[1];
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
