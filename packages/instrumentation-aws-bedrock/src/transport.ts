/** The requests of a client, below the SDK's own retries: `handle` of its request handler sends each one. */
import { fields, number } from '@llmtrace/core';

/** The origin of each client's last request. */
const urls = new WeakMap<object, string>();

export const urlOf = (client: unknown): string | undefined =>
  typeof client === 'object' && client !== null ? urls.get(client) : undefined;

/** @param args the arguments of `handle`; the first is the request, with its URL in parts. */
export function learnURL(client: unknown, [request]: readonly unknown[]): void {
  const { protocol, hostname, port } = fields(request);
  if (typeof client !== 'object' || client === null || typeof hostname !== 'string') return;
  const at = number(port) === undefined ? '' : `:${port}`;
  const url = `${protocol === 'http:' ? 'http:' : 'https:'}//${hostname}${at}`;
  if (urls.get(client) !== url) urls.set(client, url);
}

export const transport = {
  holder: (client: unknown): unknown => fields(fields(client).config).requestHandler,
  method: 'handle',
} as const;
