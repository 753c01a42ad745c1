/** Forwards each received body, unchanged, to the endpoint that the application had before. */
import type { Ingested } from './ingest.ts';

const MAX_AT_ONCE = 32;
const PATIENCE_MS = 10_000;

export interface Forward {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** @param warn is called with the first failure; later ones are dropped, and the viewer goes on. */
export function forwarder({ endpoint, headers }: Forward, warn: (words: string) => void) {
  let running = 0;
  let hasFailed = false;
  const failed = (why: string) => {
    if (!hasFailed) warn(`could not forward to ${endpoint} (${why}); the viewer keeps the data`);
    hasFailed = true;
  };
  return ({ signal, body, headers: received }: Ingested) => {
    if (running >= MAX_AT_ONCE) return failed('it does not keep up');
    running++;
    fetch(`${endpoint.replace(/\/$/, '')}/v1/${signal}`, {
      method: 'POST',
      headers: { ...headers, ...received },
      body: new Uint8Array(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
      .then(
        async (response) => {
          await response.arrayBuffer();
          if (!response.ok) failed(`it answers ${response.status}`);
        },
        (error: Error) => failed(error.name),
      )
      .finally(() => {
        running--;
      });
  };
}
