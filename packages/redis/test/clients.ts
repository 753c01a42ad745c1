/** The clients that are tested: both packages, the newest line and the one before. */
import { loadOptional } from '@llmtrace/core/internal';
import type { RedisClient } from '../src/index.ts';

export interface ConnectedClient {
  readonly client: RedisClient;
  close(): Promise<unknown>;
}

export interface TestedPackage {
  readonly name: string;
  /** An application's connection, as its documentation makes one. */
  connect(url: string): Promise<ConnectedClient>;
  /** The same of a cluster. */
  connectCluster(urls: string[]): Promise<ConnectedClient>;
}

const nodeRedis = (name: string): TestedPackage => {
  const connected = async (client: any): Promise<ConnectedClient> => {
    client.on('error', () => {});
    await client.connect();
    return { client, close: async () => client.destroy() };
  };
  const load = (): any => loadOptional(name);
  return {
    name,
    connect: (url) => connected(load().createClient({ url })),
    connectCluster: (urls) => connected(load().createCluster({ rootNodes: urls.map((url) => ({ url })) })),
  };
};

const ioRedis = (name: string): TestedPackage => {
  const connected = async (client: any): Promise<ConnectedClient> => {
    client.on('error', () => {});
    if (client.status !== 'ready') await new Promise((resolve) => client.once('ready', resolve));
    const close = (): Promise<unknown> => {
      const ended = new Promise((resolve) => client.once('end', resolve));
      client.disconnect();
      return ended;
    };
    return { client, close };
  };
  const load = (): any => loadOptional(name);
  return {
    name,
    connect: (url) => connected(new (load().Redis)(url)),
    connectCluster: (urls) => connected(new (load().Cluster)(urls)),
  };
};

export const PACKAGES = [nodeRedis('redis'), nodeRedis('redis-5'), ioRedis('ioredis'), ioRedis('ioredis-5')];
