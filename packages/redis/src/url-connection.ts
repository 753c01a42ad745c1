/**
 * llmtrace's own connection to the configured URL. It connects when it is first used, keeps no process alive, and
 * reconnects at the next use, one attempt at a time; its caller decides how often.
 */
import { loadOptional } from '@llmtrace/core/internal';
import { type RunScript, runnerOf } from './client.ts';

interface Connection {
  readonly run: RunScript;
  readonly isOpen: () => boolean;
  readonly drop: () => void;
}

/** Sends scripts through a connection that llmtrace makes. */
export interface Connector {
  readonly run: RunScript;
  /** Runs a script that only checks the connection; a connection that does not answer is closed. */
  readonly probe: RunScript;
}

/** The time limit for connecting, and for the answer to a probe, in ms; no call waits for it. */
const TIMEOUT = 5000;

/** @returns undefined where the application has neither `redis` nor `ioredis`. */
export function connectorOf(url: string): Connector | undefined {
  const redis = loadOptional<NodeRedis>('redis');
  if (redis) return overNodeRedis(redis, url);
  const ioredis = loadOptional<IoRedis>('ioredis');
  return ioredis && overIoRedis(ioredis, url);
}

export const overNodeRedis = (redis: NodeRedis, url: string): Connector =>
  connector(() => connectNodeRedis(redis, url));

export const overIoRedis = (redis: IoRedis, url: string): Connector =>
  connector(() => connectIoRedis(redis, url));

function connector(connect: () => Promise<Connection>): Connector {
  let current: Connection | undefined;
  let connecting: Promise<Connection> | undefined;
  const connected = async (): Promise<Connection> => {
    if (current?.isOpen()) return current;
    // An earlier attempt may have failed because this process was busy: then connect again.
    const earlier = await connecting?.catch(() => undefined);
    if (earlier) return earlier;
    connecting ??= connect()
      .then((connection) => {
        current = connection;
        return connection;
      })
      .finally(() => {
        connecting = undefined;
      });
    return connecting;
  };
  return {
    run: async (...command) => (await connected()).run(...command),
    async probe(...command) {
      const { run, drop } = await connected();
      const timer = setTimeout(drop, TIMEOUT).unref();
      return run(...command).finally(() => clearTimeout(timer));
    },
  };
}

interface Emitter {
  on(event: string, listener: () => void): unknown;
}

/** The package `redis`. */
interface NodeRedis {
  createClient(options: object): NodeRedisConnection;
}

interface NodeRedisConnection extends Emitter {
  readonly isReady: boolean;
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  unref(): void;
}

async function connectNodeRedis(redis: NodeRedis, url: string): Promise<Connection> {
  const socket = { reconnectStrategy: false, connectTimeout: TIMEOUT };
  const client = redis.createClient({ url, socket, disableOfflineQueue: true });
  const drop = (): void => {
    if (client.isOpen) client.destroy();
  };
  client.on('error', () => {}); // the failed command rejects with the error
  client.unref();
  try {
    await client.connect();
  } catch (error) {
    drop();
    throw error;
  }
  client.unref(); // only now the client has the socket that would keep the process
  return { run: runnerOf(client) as RunScript, isOpen: () => client.isReady, drop };
}

/** The package `ioredis`. */
interface IoRedis {
  Redis: new (url: string, options: object) => IoRedisConnection;
}

interface IoRedisConnection extends Emitter {
  readonly status: string;
  readonly stream?: { unref?(): void };
  connect(): Promise<unknown>;
  disconnect(): void;
}

async function connectIoRedis({ Redis }: IoRedis, url: string): Promise<Connection> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: TIMEOUT,
    retryStrategy: null,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  });
  const unref = (): void => client.stream?.unref?.();
  client.on('error', () => {}); // the failed command rejects with the error
  client.on('connecting', () => setImmediate(unref));
  client.on('connect', unref);
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    throw error;
  }
  return {
    run: runnerOf(client) as RunScript,
    isOpen: () => client.status === 'ready',
    drop: () => client.disconnect(),
  };
}
