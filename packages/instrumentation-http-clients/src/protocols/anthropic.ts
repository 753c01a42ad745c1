/** Anthropic's protocols: on its own hosts, on others that speak them, on Vertex AI, and on Bedrock. */
import type { Endpoint } from '@llmtrace/core/internal';
import { entry as anthropicEntry } from '@llmtrace/instrumentation-anthropic';
import { jsonOf } from '../bodies/json.ts';
import { endpointAt, failing, isMessages, isText, type Protocol } from './protocol.ts';

const anthropic = anthropicEntry.vendor;

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

// MiniMax' failures are in its answers.
const messages = failing(endpointAt(anthropic.endpoints, 'Messages'));

const isLast = ({ type }: any): boolean => type === 'message_stop' || type === 'error';

/** Bedrock wraps each event: `{ chunk: { bytes } }`, of which the bytes are base64 of the event's JSON. */
export function unwrapped(event: any): any {
  const bytes = event.chunk?.bytes ?? event.bytes;
  return typeof bytes === 'string' ? (jsonOf(Buffer.from(bytes, 'base64').toString()) ?? {}) : event;
}

const wrapped = (endpoint: Endpoint): Endpoint => ({
  ...endpoint,
  chunk(soFar, event, asked) {
    endpoint.chunk?.(soFar, unwrapped(event), asked);
    if (event.exception) soFar.failure ??= event.exception;
  },
  isHeartbeat: (event) => endpoint.isHeartbeat?.(unwrapped(event)) ?? false,
  ...(endpoint.content && {
    content: {
      ...endpoint.content,
      fold: (whole, event) => endpoint.content?.fold?.(whole, unwrapped(event)),
    },
  }),
});

export const anthropicProtocols: readonly Protocol[] = [
  {
    provider: 'anthropic',
    path: /\/messages$/,
    endpoint: messages,
    matches: ({ messages, max_tokens, model }) =>
      isMessages(messages) && typeof max_tokens === 'number' && isText(model),
    isDistinct: true,
    isLast,
  },
  // Only a known host may report that a request is invalid.
  {
    provider: 'anthropic',
    path: /\/messages$/,
    endpoint: messages,
    matches: ({ messages, model }) => Array.isArray(messages) || isText(model),
    isKnownOnly: true,
    isLast,
  },
  {
    provider: 'gcp.vertex_ai',
    path: /\/publishers\/anthropic\/models\/((?!count-tokens:)[^/:]+):(?:streamR|r)awPredict$/,
    endpoint: messages,
    matches: ({ messages }) => isMessages(messages),
    isDistinct: true,
    isDistinctPath: true,
    isLast,
  },
  {
    provider: 'aws.bedrock',
    path: /\/model\/([^/]+)\/invoke(?:-with-response-stream)?$/,
    endpoint: wrapped(messages),
    matches: ({ anthropic_version, messages }) => isText(anthropic_version) && isMessages(messages),
    isDistinct: true,
    stream: ({ path }) => path.endsWith('-stream'),
    isLast: (event) => isLast(unwrapped(event)),
  },
  {
    provider: 'anthropic',
    path: /\/v1\/complete$/,
    endpoint: endpointAt(anthropic.endpoints, 'Completions'),
    matches: ({ prompt, max_tokens_to_sample }) => isText(prompt) && typeof max_tokens_to_sample === 'number',
    isDistinct: true,
  },
];
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
