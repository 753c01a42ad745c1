// HTTP servers.
import { served } from './drive.mjs';
import { OTEL } from './versions.mjs';
import {
  AFTER_OWN_SDK,
  BEFORE_OWN_SDK,
  ENVIRONMENT,
  IMPORT,
  OWN_SDK,
  REQUIRE,
  SDK_IN_CODE,
} from './ways.mjs';

/** What plain applications share, so that it is installed once. */
export const PLAIN = {
  name: 'servers',
  packages: {
    ...OTEL,
    ...{ express: '5.3.0', fastify: '5.12.8', hono: '4.13.19', '@hono/node-server': '2.1.9', koa: '3.3.0' },
  },
};
const WAYS = [IMPORT, REQUIRE, ENVIRONMENT, OWN_SDK, BEFORE_OWN_SDK, AFTER_OWN_SDK, SDK_IN_CODE];

const MAIN_WAYS = [IMPORT, OWN_SDK, BEFORE_OWN_SDK, SDK_IN_CODE];

const server = (name, end, more) => ({
  ...{ name, title: `\`${name}\``, group: 'Servers', project: PLAIN, app: ['calls', 'servers'] },
  start: ['node', '{flags}', `${name}.mjs`],
  drive: served(['/chat', '/stream'], { end }),
  ways: MAIN_WAYS,
  ...more,
});

export const SERVERS = [
  server('express', 'SIGTERM', { quick: ['--import', 'own NodeSDK'], ways: WAYS }),
  server('fastify', 'SIGTERM'),
  server('hono', 'SIGTERM'),
  server('koa', 'SIGINT'),
];
