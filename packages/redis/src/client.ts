/**
 * The parts of the packages `redis` and `ioredis` that llmtrace uses: one script in one round trip, on one server or
 * on a cluster.
 */
import { createHash } from 'node:crypto';

/** A client of the package `redis`, or its cluster client. */
export interface NodeRedisClient {
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** A client of the package `ioredis`, or its cluster client. */
export interface IoRedisClient {
  evalsha(sha: string, keys: number, ...args: string[]): Promise<unknown>;
  eval(script: string, keys: number, ...args: string[]): Promise<unknown>;
}

/** A connected client of the application: llmtrace sends scripts through it, and never closes or changes it. */
export type RedisClient = NodeRedisClient | IoRedisClient;

/** Runs a script. All its keys must be on one node of a cluster. */
export type RunScript = (script: Script, keys: string[], args: string[]) => Promise<unknown>;

export interface Script {
  readonly source: string;
  readonly sha: string;
}

export const scriptOf = (source: string): Script => ({
  source,
  sha: createHash('sha1').update(source).digest('hex'),
});

/** @returns undefined for an unknown client. */
export function runnerOf(client: unknown): RunScript | undefined {
  if (has(client, 'evalSha')) return nodeRedis(client as NodeRedisClient);
  return has(client, 'evalsha') ? ioRedis(client as IoRedisClient) : undefined;
}

const has = (client: unknown, method: string): boolean =>
  typeof (client as Record<string, unknown> | null | undefined)?.[method] === 'function';

function nodeRedis(client: NodeRedisClient): RunScript {
  return async ({ source, sha }, keys, args) => {
    const options = { keys, arguments: args };
    return client.evalSha(sha, options).catch((error) => {
      expectUnknown(error);
      return client.eval(source, options);
    });
  };
}

function ioRedis(client: IoRedisClient): RunScript {
  return async ({ source, sha }, keys, args) => {
    const rest = [...keys, ...args];
    return client.evalsha(sha, keys.length, ...rest).catch((error) => {
      expectUnknown(error);
      return client.eval(source, keys.length, ...rest);
    });
  };
}

/** The state of a client's connection: `ready`, connecting for the first time or again, or closed. */
export function stateOf(client: RedisClient): 'ready' | 'connecting' | 'away' {
  const { status, isOpen, isReady } = client as { status?: string; isOpen?: boolean; isReady?: boolean };
  if (status === undefined) {
    if (isReady ?? isOpen ?? true) return 'ready';
    return isOpen ? 'connecting' : 'away';
  }
  if (status === 'ready') return 'ready';
  return ['wait', 'connecting', 'connect'].includes(status) ? 'connecting' : 'away';
}

/**
 * Accepts the error `NOSCRIPT`: Redis does not have the script yet, or lost it in a restart.
 * @throws any other error
 */
function expectUnknown(error: unknown): void {
  if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
}
