/** The requests of a client, below the SDK's own retries: each goes through `handle` of its request handler. */
import { fields, number } from '@llmtrace/core';

/** Where the last request of a client went. */
const urls = new WeakMap<object, string>();

export const urlOf = (client: unknown): string | undefined =>
  typeof client === 'object' && client !== null ? urls.get(client) : undefined;

/** @param args of `handle`: the request, with its parts apart. */
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
