/** What becomes of exports, in real processes: it arrives, or the process and the doctor say why it does not. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type RunOptions, runApp } from '@llmtrace/test-fixtures/run-app';
import { AUTO, type Collector, file, PATIENT, startCollector } from '../stage.ts';

const NODE = process.env['TEST_NODE'] ?? process.execPath;
const APP = 'apps/exports.mjs';

const run = (app: string, { env, ...options }: RunOptions = {}) =>
  runApp(file(app), {
    ...{ cwd: file('.'), timeout: 100_000, node: NODE, flags: AUTO },
    ...options,
    env: { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', ...env },
  });

const warningsIn = (text: string): string[] =>
  [...text.matchAll(/^\(node:\d+\) llmtrace: (.*)$/gm)].map(([, warning = '']) => warning);

const namesIn = (collector: Collector): string[] => collector.spans().map(({ name }) => name);

/** A port without a listener. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Each starts a process and a thread in it, on a machine that may be busy. */
const TIMEOUT = 120_000;

describe('an export that fails', function () {
  this.timeout(TIMEOUT);
  let collector: Collector | undefined;
  afterEach(() => {
    collector?.close();
    collector = undefined;
  });

  const answering = async (options: Parameters<typeof startCollector>[0]): Promise<string> => {
    collector = await startCollector(options);
    return collector.url;
  };
  const at = (url: string) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url });
  const PARTIAL = '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}';
  const PARTIAL_BYTES = Buffer.from([10, 11, 8, 1, 18, 7, ...Buffer.from('too old')]);

  const FAULTS: Readonly<Record<string, [() => Promise<RunOptions['env']>, string, RegExp]>> = {
    'a port without a listener': [
      async () => at(`http://127.0.0.1:${await freePort()}`),
      'exporter-unreachable',
      /^traces do not arrive at http:\/\/127\.0\.0\.1:\d+\/v1\/traces: no server listens there.*\(ECONNREFUSED\)\. Start the collector/,
    ],
    'a name without an address': [
      async () => at('http://collector.invalid:4318'),
      'exporter-unreachable',
      /^traces do not arrive at http:\/\/collector\.invalid:4318\/v1\/traces: its name has no address/,
    ],
    '401': [
      async () => ({
        ...at(`${(await answering({ statuses: [401] })).replace('//', '//user:secret@')}/otlp?key=secret`),
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector?.url.replace('//', '//user:secret@')}/in?key=secret`,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=secret',
      }),
      'export-unauthorized',
      /^traces do not arrive at http:\/\/127\.0\.0\.1:\d+\/in: .*\(401\)\. Set OTEL_EXPORTER_OTLP_HEADERS/,
    ],
    '403': [
      async () => at(await answering({ statuses: [403] })),
      'export-unauthorized',
      /\/v1\/traces: it refuses the credentials, or there are none \(403\)/,
    ],
    '404': [
      async () => at(`${await answering({ statuses: [404] })}/v1/traces`),
      'export-path',
      /at http:\/\/127\.0\.0\.1:\d+\/v1\/traces\/v1\/traces: it does not take this signal at this path \(404\)/,
    ],
    '413': [
      async () => at(await answering({ statuses: [413] })),
      'export-size',
      /an export is larger than it takes \(413\)/,
    ],
    '503, tried again for as long as the exporter does': [
      async () => ({ ...at(await answering({ statuses: [503] })), OTEL_EXPORTER_OTLP_TIMEOUT: '1000' }),
      'export-busy',
      /it takes no more for now \(503\)/,
    ],
    '429': [
      async () => ({ ...at(await answering({ statuses: [429] })), OTEL_EXPORTER_OTLP_TIMEOUT: '1000' }),
      'export-busy',
      /it takes no more for now \(429\)/,
    ],
    'no answer': [
      async () => ({ ...at(await answering({ silent: true })), OTEL_EXPORTER_OTLP_TIMEOUT: '500' }),
      'exporter-unreachable',
      /no answer in time \(ETIMEDOUT\)/,
    ],
    'TLS where there is none': [
      async () => at((await answering({})).replace('http:', 'https:')),
      'export-tls',
      /no secure connection can be made \((?:EPROTO|ERR_SSL_\w+)\)/,
    ],
    'spans that are rejected, by JSON': [
      async () => at(await answering({ answer: PARTIAL })),
      'export-rejected',
      /\/v1\/traces rejected 1 span of an export, for this reason: too old\. Look/,
    ],
    'spans that are rejected, by protocol buffers': [
      async () => ({
        ...at(await answering({ answer: PARTIAL_BYTES })),
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      }),
      'export-rejected',
      /\/v1\/traces rejected 1 span of an export, for this reason: too old\. Look/,
    ],
    'a web page with 200': [
      async () => at(await answering({ answer: '<!doctype html>', type: 'text/html; charset=utf-8' })),
      'export-path',
      /\/v1\/traces answers an export of traces with a web page/,
    ],
    'an endpoint without a scheme': [
      async () => at('collector:4318'),
      'export-endpoint',
      /^OTEL_EXPORTER_OTLP_ENDPOINT=collector:4318 is not a URL .*; nothing is exported there/,
    ],
  };

  for (const [what, [environment, code, expected]] of Object.entries(FAULTS)) {
    it(`is one warning, and the doctor's finding: ${what}`, async () => {
      const env = await environment();
      const {
        code: exit,
        stdout,
        stderr,
      } = await run(APP, {
        args: ['until', '1'],
        // The metrics would include the number of lost items, and their export would fail, too.
        env: {
          ...{ ...PATIENT, ...env, OTEL_BSP_SCHEDULE_DELAY: '300' },
          ...{ OTEL_METRICS_EXPORTER: 'none', LLMTRACE_DOCTOR: '1' },
        },
      });
      assert.equal(exit, 0);
      assert.match(stdout, /^\d+\n$/);
      const warnings = warningsIn(stderr);
      assert.equal(warnings.length, 1, stderr);
      assert.match(warnings[0] ?? '', expected);
      assert.match(stderr, new RegExp(`^✗ ${code}: `, 'm'));
      assert.doesNotMatch(stderr, /all is well|nothing is lost|secret/);
    });
  }

  const FILES = {
    'that cannot be read': [
      './no-such-file.pem',
      /^OTEL_EXPORTER_OTLP_CERTIFICATE=\.\/no-such-file\.pem cannot be read \(ENOENT\): exports trust the authorities that Node\.js brings along, and no other\. Name a file in PEM .* begins at \//,
    ],
    'that is no PEM': [
      file('apps/exports.mjs'),
      /^OTEL_EXPORTER_OTLP_CERTIFICATE=\/.*exports\.mjs is no PEM: no secure connection can be made\. Name a file/,
    ],
  } as const;
  for (const [what, [path, expected]] of Object.entries(FILES)) {
    it(`is a warning besides that of a certificate ${what}`, async () => {
      const endpoint = (await answering({})).replace('http:', 'https:');
      const { stderr } = await run(APP, {
        args: ['until', '1'],
        env: {
          ...{ ...PATIENT, ...at(endpoint), OTEL_BSP_SCHEDULE_DELAY: '300', OTEL_METRICS_EXPORTER: 'none' },
          ...{ OTEL_EXPORTER_OTLP_CERTIFICATE: path, LLMTRACE_DOCTOR: '1' },
        },
      });
      const [first, second, ...others] = warningsIn(stderr);
      assert.match(first ?? '', expected, stderr);
      assert.match(second ?? '', /no secure connection can be made \(/);
      assert.equal(others.length, 0, stderr);
      assert.match(stderr, /^✗ export-tls: OTEL_EXPORTER_OTLP_CERTIFICATE=/m);
    });
  }

  for (const status of [401, 503]) {
    it(`is a warning where the process ends at once (${status})`, async () => {
      const env = at(await answering({ statuses: [status] }));
      const { code, stderr } = await run(APP, { args: ['1', '0', 'exit'], env });
      assert.equal(code, 0);
      assert.equal(warningsIn(stderr).length, 1, stderr);
    });
  }

  it('is a warning a signal, and one that it is over', async () => {
    const env = at(await answering({ statuses: [401, 401, 200] }));
    const { stderr } = await run(APP, {
      args: ['until', '2'],
      env: { ...env, OTEL_BSP_SCHEDULE_DELAY: '300' },
    });
    const warnings = warningsIn(stderr);
    assert.equal(warnings.length, 2, stderr);
    assert.match(warnings[1] ?? '', /^traces arrive again at .*\/v1\/traces; \d+ spans? lost\./);
  });
});

describe('where there can be no export thread', function () {
  this.timeout(TIMEOUT);
  let collector: Collector;
  let folder: string;
  before(async () => {
    collector = await startCollector();
    // In the package, so that it finds its dependencies.
    folder = mkdtempSync(file('../.stage-'));
  });
  beforeEach(() => collector.clear());
  after(() => {
    collector.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The package with another file in the place of its worker. */
  function copied(name: string, worker: string | undefined): string[] {
    const copy = join(folder, name);
    cpSync(file('../dist'), copy, { recursive: true });
    const path = join(copy, 'sdk/export-thread/worker.js');
    cpSync(path, join(copy, 'sdk/export-thread/real-worker.js'));
    rmSync(path);
    if (worker !== undefined) writeFileSync(path, worker);
    return ['--import', pathToFileURL(join(copy, 'index.js')).href];
  }

  const env = () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, LLMTRACE_DOCTOR: '1' });

  const expectInProcess = async (flags: string[], reason: RegExp): Promise<void> => {
    const { code, stdout, stderr } = await run(APP, { flags, args: ['until', '1'], env: env() });
    assert.equal(code, 0, stderr);
    assert.equal(namesIn(collector).length, Number(stdout), stderr);
    assert.equal(warningsIn(stderr).length, 1, stderr);
    assert.match(stderr, reason);
    assert.match(stderr, /^! export-thread: no export thread could be started/m);
  };

  it('the process exports by itself: it may start no threads', async () => {
    const version = Number.parseInt(
      execFileSync(NODE, ['-p', 'process.versions.node'], { encoding: 'utf8' }),
      10,
    );
    const flag = version < 23 ? '--experimental-permission' : '--permission';
    await expectInProcess([flag, '--allow-fs-read=*', ...AUTO], /\(ERR_ACCESS_DENIED\)/);
  });

  it('the process exports by itself: the file of the thread is missing', async () => {
    await expectInProcess(copied('missing', undefined), /\(no sdk\/export-thread\/worker\.js\)/);
  });

  it('the process exports by itself: the file of the thread does not load', async () => {
    await expectInProcess(copied('broken', "throw new TypeError('broken');"), /\(TypeError\)/);
  });

  it('the process exports by itself: it runs in a folder that is deleted', async () => {
    const flags = [...AUTO, '--import', pathToFileURL(file('apps/deleted-folder.mjs')).href];
    await expectInProcess(flags, /\(deleted folder\).*Run the process in a folder that exists/);
  });

  it('the process exports by itself: it starts from a snapshot, where a thread would abort it', async () => {
    const [blob, entry, main] = ['app.blob', 'snapshot.cjs', 'main.cjs'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    writeFileSync(main, `import(${JSON.stringify(pathToFileURL(file(APP)).href)});`);
    const start = `() => require('node:module').createRequire(__filename)(${JSON.stringify(main)})`;
    writeFileSync(entry, `require('node:v8').startupSnapshot.setDeserializeMainFunction(${start});`);
    execFileSync(NODE, ['--snapshot-blob', blob, '--build-snapshot', entry]);
    const flags = ['--snapshot-blob', blob, '--require', '@llmtrace/auto'];
    await expectInProcess(flags, /\(startup snapshot\)/);
  });

  it('its own exports are no spans of the application, which traces its requests', async () => {
    const flags = [
      '--import',
      pathToFileURL(file('apps/traced-http.mjs')).href,
      ...copied('traced', undefined),
    ];
    await run(APP, { flags, args: ['2', '1500'], env: { ...env(), OTEL_BSP_SCHEDULE_DELAY: '200' } });
    assert.ok(collector.posts.length > 1);
    assert.deepEqual(namesIn(collector).sort(), ['GET', 'work 0', 'work 1']);
  });

  it('telemetry that is lost at the end is a warning', async () => {
    const { stderr } = await run(APP, {
      flags: copied('ends', undefined),
      args: ['2', '300', 'exit'],
      env: env(),
    });
    const warnings = warningsIn(stderr);
    assert.match(
      warnings[1] ?? '',
      /^the process ended before its last telemetry was exported to .*, since there is no export thread; 2 spans lost/,
    );
  });

  it('an application that listens to the end of its work hears of it once', async () => {
    const args = ['beforeExit'];
    const [without, exported] = [
      await run('apps/listens.mjs', { flags: [], args }),
      await run('apps/listens.mjs', { flags: copied('listens', undefined), args, env: env() }),
    ];
    assert.equal(exported.stdout, without.stdout);
  });

  it('a thread that ends is started again, and its losses are counted', async () => {
    // CommonJS, as the file in whose place it is.
    const worker = `
      require('./real-worker.js');
      const { existsSync, writeFileSync } = require('node:fs');
      const mark = __dirname + '/ended';
      if (!existsSync(mark)) setTimeout(() => { writeFileSync(mark, ''); throw new RangeError('ended'); }, 1000);
    `;
    const { code, stdout, stderr } = await run(APP, {
      flags: copied('ends-once', worker),
      args: ['until', '1', '100'],
      env: { ...env(), OTEL_BSP_SCHEDULE_DELAY: '60000' },
    });
    assert.equal(code, 0);
    const [warning = '', ...others] = warningsIn(stderr);
    assert.deepEqual(others, []);
    const lost = Number(
      /^the export thread ended \(RangeError\); (\d+) spans? lost; it is started/.exec(warning)?.[1],
    );
    const count = Number(stdout);
    assert.equal(namesIn(collector).length + lost, count, warning);
    assert.ok(namesIn(collector).includes(`work ${count - 1}`));
  });
});

describe('the memory of a process', function () {
  this.timeout(TIMEOUT);
  for (const [what, count, size] of [
    ['many spans of 100 kB', 2000, 100_000],
    ['spans of 1 MB', 200, 1_000_000],
  ] as const) {
    it(`is bounded if a collector never answers, and dropped telemetry is a warning: ${what}`, async () => {
      const collector = await startCollector({ silent: true });
      try {
        const { stdout, stderr } = await run('apps/hoard.mjs', {
          args: [`${count}`, `${size}`],
          env: {
            OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
            LLMTRACE_EXPORT_QUEUE_BYTES: `${8 * 2 ** 20}`,
          },
        });
        assert.match(stderr, /llmtrace: traces are dropped: 8388608 bytes of telemetry wait/);
        // All that was made is 200 MB; unbounded it takes several times as much.
        const { mib } = JSON.parse(stdout);
        assert.ok(mib < 300, `${mib} MiB`);
      } finally {
        collector.close();
      }
    });
  }
});
