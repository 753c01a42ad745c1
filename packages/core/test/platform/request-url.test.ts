/** Where a request goes, as undici, `node:http` and their proxies say it. */
import assert from 'node:assert/strict';
import { type Heading, urlOf } from '../../src/platform/request-url.ts';

const path = '/v1/messages';

/** A request of `node:http`. */
const ofHttp = (host: string | undefined, more: Heading): Heading => ({
  protocol: 'https:',
  getHeader: (name) => (name === 'host' ? host : undefined),
  ...more,
});

const CASES: Readonly<Record<string, readonly [Heading, string]>> = {
  'undici by its origin': [
    { path, origin: 'https://api.anthropic.com' },
    'https://api.anthropic.com/v1/messages',
  ],
  'undici by a URL as its origin': [
    { path, origin: new URL('http://a.example:81') },
    'http://a.example:81/v1/messages',
  ],
  'undici by the host beside an address': [
    { path, origin: 'https://10.0.0.1:8443', host: 'api.anthropic.com' },
    'https://api.anthropic.com/v1/messages',
  ],
  'undici by a header beside an address': [
    { path, origin: 'https://10.0.0.1', host: null, headers: ['Host', 'api.anthropic.com'] },
    'https://api.anthropic.com/v1/messages',
  ],
  'undici by its origin beside no valid host': [
    { path, origin: 'https://a.example', host: 'no host' },
    'https://a.example/v1/messages',
  ],
  'node:http by its header': [
    ofHttp('a.example:8443', { path, host: 'a.example' }),
    'https://a.example:8443/v1/messages',
  ],
  'node:http without a header': [
    ofHttp(undefined, { path, host: 'a.example' }),
    'https://a.example/v1/messages',
  ],
  'a proxy by the whole URL': [
    ofHttp('proxy.example', { path: 'https://a.example/v1/messages' }),
    'https://a.example/v1/messages',
  ],
  'a path with two slashes': [
    { path: '//v1/messages', origin: 'https://a.example' },
    'https://a.example//v1/messages',
  ],
};

describe('the URL of a request', () => {
  for (const [name, [request, url]] of Object.entries(CASES))
    it(`is that of ${name}`, () => assert.equal(urlOf(request).href, url));
});
