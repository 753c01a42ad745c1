/** The cause of an untraced request, from its call stack and the patched copies. */
import assert from 'node:assert/strict';
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { fileURLToPath } from 'node:url';
import { type DiagRecorder, recordDiag } from '@llmtrace/test-fixtures';
import { type Sender, whyUntraced } from '../../src/diagnosis/explain-untraced.ts';
import { watchRequests } from '../../src/diagnosis/untraced-requests.ts';
import { copyOf, facts, type KnownInstrumentation } from '../../src/platform/process-state.ts';

const MODULE = '@test/sdk';
const INSTALLED = `/srv/shop/node_modules/${MODULE}/client`;

describe('a request that no traced call sent', () => {
  const { instrumentations, copies, watched, underWay, untraced, findings } = facts();
  let enabled = true;
  let open: string | undefined;
  let diag: DiagRecorder;
  const isUnderWay = (module?: string): boolean =>
    module === undefined ? open !== undefined : open === module;
  before(() => {
    diag = recordDiag();
    const same = <T>(given: T): T => given;
    instrumentations.push({
      module: MODULE,
      isEnabled: () => enabled,
      instrumentClient: same,
      instrumentModule: same,
    });
    underWay.push(isUnderWay);
    const hosts = /^api\.test$/;
    watchRequests({
      module: MODULE,
      requests: {
        module: MODULE,
        hosts,
        paths: /\/v1\/chat$/,
        marks: [/Test\/JS/, /@test\/sdk/], // which are in this file
        sentBy: (header) => /^Test\/JS (.*)$/.exec(header('user-agent') ?? '')?.[1],
      },
      untraced: [
        { hosts, paths: /\/v1\/(?:(runs)\/[^/]+|(videos))$|\.Models\/(Generate)$/ },
        { hosts: /^run\.test$/, paths: /^\/[^/]+$/ },
      ],
    });
  });
  beforeEach(() => {
    enabled = true;
    open = undefined;
    untraced.clear();
    findings.length = 0;
  });
  after(() => {
    diag.stop();
    instrumentations.pop();
    underWay.splice(underWay.indexOf(isUnderWay), 1);
    watched.splice(
      watched.findIndex(({ module }) => module === MODULE),
      1,
    );
    facts().untracedCalls = facts().untracedCalls?.filter(({ module }) => module !== MODULE) ?? [];
    findings.length = 0;
    untraced.clear();
  });

  const WHY: [string, Sender, string][] = [
    [
      'an SDK within the application’s file',
      {
        module: MODULE,
        version: '1.0.0',
        files: ['/srv/shop/dist/app.mjs', '/srv/shop/node_modules/x/index.js'],
      },
      'bundled: @test/sdk 1.0.0 is bundled into /srv/shop/dist/app.mjs; its calls are not traced',
    ],
    [
      'an SDK within a package, which sends through others',
      {
        module: MODULE,
        version: '1.0.0',
        files: [
          '/srv/node_modules/node-fetch/lib/index.js',
          '/srv/node_modules/agents/dist/index.js',
          '/srv/app.mjs',
        ],
      },
      'bundled: @test/sdk 1.0.0 is bundled into /srv/node_modules/agents/dist/index.js; its calls are not traced',
    ],
    [
      'an SDK of which nothing is known',
      { module: MODULE, version: '1.0.0', files: [] },
      'untraced: a request of @test/sdk 1.0.0 came from no method that llmtrace has patched; such calls are not traced',
    ],
    [
      'an SDK that was required and that no hook saw',
      { module: MODULE, version: '1.0.0', files: [`${INSTALLED}.js`] },
      'untraced: a request of @test/sdk 1.0.0 came from no method that llmtrace has patched; such calls are not traced',
    ],
    [
      'no SDK',
      { host: 'api.test', files: ['/srv/app.mjs'] },
      'no-sdk: /srv/app.mjs sends requests to api.test by none of the SDKs that llmtrace traces; they are not traced',
    ],
  ];
  for (const [who, sender, expected] of WHY) {
    it(`is explained if it came from ${who}`, () => {
      const { code, message } = whyUntraced(sender);
      assert.equal(`${code}: ${message}`, expected);
    });
  }

  it('is explained by the other build where only that was patched', () => {
    copyOf(MODULE, '2.0.0', 'CommonJS').methods.set('create', []);
    const { code } = whyUntraced({ module: MODULE, version: '2.0.0', files: [`${INSTALLED}.mjs`] });
    assert.equal(code, 'hook-missing');
    copies.pop();
  });

  it('is explained where the SDK is linked, and its files are in no `node_modules`', () => {
    const module = '@llmtrace/core'; // which this file is part of
    instrumentations.push({ ...(instrumentations.at(-1) as KnownInstrumentation), module });
    const { code, message } = whyUntraced({
      module,
      version: '1.0.0',
      files: [fileURLToPath(import.meta.url)],
    });
    instrumentations.pop();
    assert.equal(code, 'untraced');
    assert.match(
      message,
      /@llmtrace\/core 1\.0\.0 was loaded from .*untraced-requests\.test\.ts, in no folder of its name/,
    );
  });

  it('needs no warning where the application disabled its instrumentation', () => {
    enabled = false;
    const { code, quiet } = whyUntraced({ module: MODULE, version: '1.0.0', files: [] });
    assert.deepEqual({ code, quiet }, { code: 'disabled', quiet: true });
  });

  const sdk = ['User-Agent', 'Test/JS 1.2.3'];
  it('is not meant where a proxy sends on what an SDK sent to it: no code of that SDK is on the stack', () => {
    const marks = [/a[-]mark/];
    const hosts = /^api\.proxied$/;
    const sentBy = (header: (name: string) => string | undefined) => header('x-sdk');
    const module = '@test/proxied';
    watchRequests({ module, requests: { module, hosts, paths: /\/v1\/proxied$/, marks, sentBy } });
    const proxied = { method: 'POST', path: '/v1/proxied', headers: ['X-SDK', '1.0.0'] };
    const publish = (origin: string) =>
      channel('undici:request:create').publish({ request: { ...proxied, origin } });
    publish('http://upstream');
    assert.deepEqual(Object.fromEntries(untraced), {});
    publish('https://api.proxied');
    assert.deepEqual(Object.fromEntries(untraced), { 'api.proxied': 1 });
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['no-sdk'],
    );
    watched.pop();
  });

  it('is none while a call is open in another global object of this process', () => {
    const answer = (question: unknown) => Object.assign(question as object, { isUnderWay: true });
    subscribe('llmtrace:under-way', answer);
    channel('undici:request:create').publish({ request: { ...request, headers: sdk } });
    unsubscribe('llmtrace:under-way', answer);
    assert.deepEqual(Object.fromEntries(untraced), {});
  });

  const SEEN: [string, object, Record<string, number>][] = [
    ['an SDK’s', { headers: sdk }, { [MODULE]: 1 }],
    ['an SDK’s to a host of its own', { headers: sdk, origin: 'http://gateway' }, { [MODULE]: 1 }],
    ['anybody’s to the vendor’s host', { headers: [] }, { 'api.test': 1 }],
    ['anybody’s to another host', { headers: [], origin: 'http://shop' }, {}],
    ['for another path', { headers: sdk, path: '/v1/models' }, {}],
    ['by another method', { headers: sdk, method: 'GET' }, {}],
    ['that is broken', { headers: 7, origin: {} }, {}],
  ];
  const request = { method: 'POST', path: '/v1/chat', origin: 'https://api.test' };
  for (const [what, given, expected] of SEEN) {
    it(`is ${Object.keys(expected).length > 0 ? 'seen' : 'not meant'}: ${what}`, () => {
      channel('undici:request:create').publish({ request: { ...request, ...given } });
      assert.deepEqual(Object.fromEntries(untraced), expected);
    });
  }

  it('is none while a call of its SDK is open; those of others count for it only where no SDK is known', () => {
    const counts = (headers: string[], module: string): number => {
      open = module;
      channel('undici:request:create').publish({ request: { ...request, headers } });
      return [...untraced.values()].length;
    };
    assert.deepEqual([counts(sdk, MODULE), counts([], 'other'), counts(sdk, 'other')], [0, 0, 1]);
  });

  it('of a kind that is not traced is reported once for each kind, at the vendor’s host alone', () => {
    const publish = (more: object) =>
      channel('undici:request:create').publish({ request: { ...request, ...more } });
    for (const path of ['/v1/runs/1', '/v1/videos', '/v1/runs/2']) publish({ path });
    publish({ path: '/v1/videos', origin: 'http://shop' });
    publish({ path: '/v1/videos', method: 'GET' });
    const grpc = {
      ':method': 'POST',
      ':scheme': 'https',
      ':authority': 'api.test',
      ':path': '/v1.Models/Generate',
    };
    channel('http2.client.stream.created').publish({ headers: grpc });
    publish({ path: '/a-model', origin: 'https://run.test' });
    publish({ path: '/a-model', origin: 'https://10.0.0.1', host: 'run.test' }); // by undici's `interceptors.dns()`
    publish({ path: 'https://run.test/a-model', origin: 'http://proxy' });
    enabled = false;
    publish({ path: '/v1/videos' });
    assert.deepEqual(
      findings.map(({ code, message }) => `${code}: ${message}`),
      ['runs to api.test', 'videos to api.test', 'Generate to api.test', 'models to run.test'].map(
        (kind) => `untraced: calls of ${kind} are not traced: llmtrace does not know their tokens and cost`,
      ),
    );
    assert.deepEqual(Object.fromEntries(untraced), { 'api.test': 4, 'run.test': 3 });
  });

  it('is explained once, and counted', () => {
    const publish = () => channel('undici:request:create').publish({ request: { ...request, headers: sdk } });
    publish();
    publish();
    assert.deepEqual([findings.length, untraced.get(MODULE)], [1, 2]);
  });
});
