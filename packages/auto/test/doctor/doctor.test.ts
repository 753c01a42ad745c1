/** The doctor's findings of broken set-ups; each set-up runs in a process of its own. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FINDING_CODES } from '@llmtrace/core/internal';
import { type RunOptions, runApp } from '@llmtrace/test-fixtures/run-app';
import { parse } from '../../src/doctor/args.ts';
import { isNewer } from '../../src/doctor/destination.ts';
import { commandOf, nodeVersion } from '../../src/doctor/examine.ts';
import type { Report } from '../../src/doctor/report.ts';
import { flagsOf } from '../../src/doctor/spawn.ts';
import { shown } from '../../src/process/otlp-endpoint.ts';
import { AUTO, file, PATIENT, type Stage, setStage } from '../stage.ts';
import { DOCTOR, type Folder, makeFolder, type SetUp, setUps } from './set-ups.ts';

const app = (name: string): string => `doctor/apps/${name}`;

/** The findings of a report, as it is printed. */
function findingsIn(text: string): { mark: string; code: string; cause: string; cure: string }[] {
  return [...text.matchAll(/^([✗!]) ([a-z-]+): (.*)\.\n {4}→ (.*)\.$/gm)].map(
    ([, mark = '', code = '', cause = '', cure = '']) => ({ mark, code, cause, cure }),
  );
}

/** Findings that other tests cover; `exports.test.ts` has those of exports. */
const ELSEWHERE = ['not-started', 'node-version', ...FINDING_CODES.filter((code) => /^export-/.test(code))];

/** Node.js before 22.15 does not report which modules are loaded; the tests may run on it. */
const TELLS_LOADS = process.env['TEST_NODE'] === undefined;

const warningsIn = (text: string): string[] => text.match(/^\(node:\d+\) llmtrace: .*$/gm) ?? [];

describe('the doctor', () => {
  let stage: Stage;
  let folder: Folder;
  let broken: SetUp[];
  before(async () => {
    stage = await setStage();
    folder = await makeFolder();
    broken = setUps(folder, stage.vendor.url);
  });
  beforeEach(() => stage.clear());
  after(async () => {
    folder?.remove();
    await stage.close();
  });

  const env = (more: RunOptions['env'] = {}) => ({
    VENDOR: stage.vendor.url,
    ...PATIENT,
    ...more,
  });

  for (const [index, { what }] of setUps({ path: '/', remove() {} }, '').entries()) {
    it(`names the cause of ${what}, and the one thing to do`, async () => {
      const { app, options, code, cause, cure, lost, warns } = broken[index] as SetUp;
      const { stderr, stdout } = await stage.runBare(app, {
        ...options,
        env: env({ LLMTRACE_DOCTOR: '1', ...options?.env }),
      });
      const findings = findingsIn(stderr);
      const finding = findings.find((candidate) => candidate.code === code && cause.test(candidate.cause));
      assert.ok(finding, stderr);
      assert.match(finding.cure, cure);
      assert.equal(finding.mark, lost ? '✗' : '!');
      // Nothing else is wrong with it, but that most of them export nothing.
      const others = findings.filter((other) => other !== finding && other.code !== 'no-provider');
      assert.deepEqual(others, [], stderr);
      assert.equal(warningsIn(stderr).length, warns ? 1 : 0, stderr);
      assert.doesNotMatch(stdout, /llmtrace/);
    });
  }

  it('finds nothing in a correct set-up, and prints nothing unless it is switched on', async () => {
    const quiet = await stage.run(app('all-is-well.mjs'), { flags: AUTO, env: env() });
    assert.deepEqual({ ...quiet, signal: null }, { code: 0, signal: null, stdout: 'answered\n', stderr: '' });
    const asked = await stage.run(app('all-is-well.mjs'), {
      flags: AUTO,
      env: env({ LLMTRACE_DOCTOR: '1' }),
    });
    assert.equal(asked.stdout, 'answered\n');
    assert.match(asked.stderr, /✓ all is well\n$/);
    assert.match(
      asked.stderr,
      /loaded {3}openai 7\.\d+\.\d+ \(ES module\): traced \(\d+ methods\)(?: .*\/node_modules\/openai)?\n/,
    );
    assert.match(asked.stderr, /calls {4}1 of openai traced\n/);
    assert.match(asked.stderr, /spans {4}to http:\/\/127\.0\.0\.1:\d+ \(OTLP, http\/json\)\n/);
  });

  it('is not loaded unless it is switched on', async () => {
    const flags = ['--import', pathToFileURL(file(app('lists-doctor.mjs'))).href, ...AUTO];
    const files = async (more?: RunOptions['env']): Promise<number> =>
      Number((await stage.run(app('chat.mjs'), { flags, env: env(more) })).stdout.split('\n')[1]);
    assert.deepEqual([await files(), (await files({ LLMTRACE_DOCTOR: '1' })) > 0], [0, TELLS_LOADS]);
  });

  it('reports while the process runs, if a viewer requests that', async () => {
    const to = mkdtempSync(join(tmpdir(), 'live-'));
    try {
      const { stdout } = await stage.runBare(app('reads-report.mjs'), {
        flags: AUTO,
        env: env({ LLMTRACE_DOCTOR: '1', LLMTRACE_DOCTOR_FOLDER: to, LLMTRACE_DOCTOR_LIVE: 'true' }),
      });
      const { copies, findings } = JSON.parse(stdout) as Report;
      assert.deepEqual(
        copies.map(({ module }) => module),
        ['openai'],
      );
      assert.deepEqual(
        findings.map(({ code }) => code),
        ['no-provider'],
      );
    } finally {
      rmSync(to, { recursive: true });
    }
  });

  it('has no finding for an SDK that was required before llmtrace, because it is traced', async () => {
    const flags = { env: env({ LLMTRACE_DOCTOR: '1' }) };
    const { stderr } = await stage.run(app('required-before.cjs'), flags);
    assert.match(stderr, /calls {4}1 of openai traced\n/);
    assert.match(stderr, /✓ all is well\n$/);
    assert.equal(stage.collector.spans().length, 1);
  });

  it('examines worker threads, and counts those that it could not examine', async () => {
    const asked = async (more?: RunOptions['env']) =>
      (
        await stage.run(app('threads.mjs'), {
          flags: AUTO,
          env: env({ LLMTRACE_DOCTOR: '1', ...more }),
        })
      ).stderr;
    const examined = await asked();
    assert.match(examined, /\(worker thread \d+\)\n/);
    assert.match(examined, /calls {4}1 of openai traced\n/);
    assert.match(examined, /✓ all is well\n$/);
    const missing = await asked({ BARE: '1' });
    assert.match(missing, /! not-started: 1 worker thread was not examined/);
    assert.match(missing, /! not all was examined\n$/);
  });

  it('has no finding for a client that was made before llmtrace and then instrumented by hand', async () => {
    const { stderr } = await stage.run(app('made-before.mjs'), { env: env({ LLMTRACE_DOCTOR: '1' }) });
    assert.match(stderr, /loaded {3}openai \(unknown version\) \(by hand\): traced \(\d+ methods\)\n/);
    assert.match(stderr, /calls {4}1 of openai traced\n/);
    assert.match(stderr, /✓ all is well\n$/);
    assert.equal(stage.collector.spans().length, 1);
  });

  it('prints no warning if the application disabled an instrumentation', async () => {
    const { stderr } = await stage.runBare(app('chat.mjs'), {
      flags: AUTO,
      env: env({ LLMTRACE_INSTRUMENTATIONS: 'anthropic' }),
    });
    assert.equal(stderr, '');
  });

  describe('as a command', () => {
    const doctor = (args: readonly string[], { cwd = file('.'), ...more }: RunOptions = {}) =>
      runApp(DOCTOR, {
        args,
        cwd,
        env: env({ OPENAI_API_KEY: 'sk', OPENAI_BASE_URL: `${stage.vendor.url}/v1`, ...more.env }),
      });

    it('runs an application with llmtrace, and fails where traces are lost', async () => {
      const { code, stdout } = await doctor([app('chat.mjs')]);
      assert.match(stdout, /^answered\n/);
      assert.match(stdout, /calls {4}1 of openai traced/);
      assert.deepEqual(
        findingsIn(stdout).map(({ code }) => code),
        ['no-provider'],
      );
      assert.equal(code, 1);
    });

    it('succeeds where all is well', async () => {
      const { code, stdout } = await doctor([app('chat.mjs')], {
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: stage.collector.url },
      });
      assert.match(stdout, /✓ all is well\n$/);
      assert.equal(code, 0);
    });

    it('does not pass an application that did not start', async () => {
      const { code, stdout } = await doctor(['no-such.mjs'], {
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: stage.collector.url },
      });
      assert.match(stdout, /✗ not-started: the application ended with code 1 and had used no SDK/);
      assert.equal(code, 1);
    });

    it('names the variable by which spans go nowhere', async () => {
      const { stdout } = await doctor([app('chat.mjs')], { env: { OTEL_TRACES_EXPORTER: 'none' } });
      assert.match(stdout, /✗ no-provider: .* OTEL_TRACES_EXPORTER is none and/);
    });

    it('takes a set-up of the application as it is', async () => {
      const command = ['--import', `./${app('host.mjs')}`, app('chat.mjs')];
      const { stdout } = await doctor(command);
      assert.match(stdout, /openai 7\.\d+\.\d+ \(ES module\): not patched, traced by its requests/);
      assert.match(stdout, /1 of http-clients traced/);
      const patched = await doctor(command, { env: { LLMTRACE_INSTRUMENTATIONS: 'openai' } });
      assert.match(patched.stdout, /✗ hook-missing: openai 7\.\d+\.\d+ was imported/);
    });

    it('has a finding if llmtrace is not started', async () => {
      const { code, stdout } = await doctor(['--as-is', app('chat.mjs')]);
      assert.deepEqual(
        findingsIn(stdout).map(({ code }) => code),
        ['not-started'],
      );
      assert.equal(code, 1);
    });

    it('reports on every process that a command starts, and on no other', async () => {
      const { stdout } = await doctor([process.execPath, file('apps/parent.mjs')]);
      assert.equal(stdout.match(/^llmtrace doctor: /gm)?.length, 1, stdout);
      assert.match(stdout, /calls {4}1 of openai traced/);
    });

    it('ends an application that does not end, and still reports', async () => {
      let written = '';
      // The time begins with the process: a busy machine may need more of it to start Node.js and to make the call.
      for (const seconds of ['1.5', '6', '24']) {
        ({ stdout: written } = await doctor(['--wait', seconds, app('server.mjs')]));
        if (written.includes('1 of openai traced')) break;
      }
      assert.match(written, /^listening\n/);
      assert.match(written, /calls {4}1 of openai traced/);
    }).timeout(120_000);

    it('examines a project, and loads its SDKs', async () => {
      const cwd = join(folder.path, 'unknown');
      writeFileSync(join(cwd, 'package.json'), '{ "dependencies": { "next": "16.0.0" } }');
      for (const [name, version] of [
        ['@opentelemetry/api', '1.9.0'],
        ['other/node_modules/@opentelemetry/api', '1.10.1'],
      ] as const) {
        mkdirSync(join(cwd, 'node_modules', name), { recursive: true });
        writeFileSync(join(cwd, 'node_modules', name, 'package.json'), `{ "version": "${version}" }`);
      }
      const { code, stdout } = await doctor([], { cwd });
      const findings = findingsIn(stdout);
      assert.deepEqual(findings.map(({ code }) => code).toSorted(), [
        'api-versions',
        'bundled',
        'no-provider',
        'unknown-shape',
      ]);
      assert.match(
        stdout,
        /loaded {3}openai 99\.1\.0 \(CommonJS\): not patched, traced by its requests .*\/unknown\/node_modules\/openai/,
      );
      assert.match(stdout, /several versions of @opentelemetry\/api.*1\.9\.0 in .*1\.10\.1 in /);
      assert.match(stdout, /Put openai into `serverExternalPackages` of next\.config/);
      assert.equal(code, 1);
    });

    it('prints its usage, and refuses unknown arguments', async () => {
      assert.match((await doctor(['--help'])).stdout, /llmtrace-doctor npm start/);
      assert.match(
        (await doctor(['--version'])).stdout,
        /^@llmtrace\/auto \d+\.\d+\.\d+, Node\.js \d+\.\d+\.\d+, \w+\n$/,
      );
      const refused = await doctor(['--wait', 'long', 'app.mjs']);
      assert.deepEqual(
        [refused.code, refused.stderr],
        [2, 'llmtrace-doctor: Expected --wait to be a number of seconds, got long.\n'],
      );
    });
  });

  const ARGUMENTS: [string[], Partial<ReturnType<typeof parse>>][] = [
    [[], { command: [], asIs: false, wait: undefined }],
    [
      ['--wait', '3', '--as-is', 'app.mjs', '--wait', '4'],
      { command: ['app.mjs', '--wait', '4'], asIs: true, wait: 3 },
    ],
    [['--wait', '3000000', 'app.mjs'], { command: ['app.mjs'], wait: 2_147_000 }],
    [['--import', './otel.mjs', 'app.mjs'], { command: ['--import', './otel.mjs', 'app.mjs'] }],
  ];
  for (const [args, expected] of ARGUMENTS) {
    it(`understands ${JSON.stringify(args)}`, () => {
      assert.deepEqual(parse(args), {
        help: false,
        version: false,
        asIs: false,
        wait: undefined,
        ...expected,
      });
    });
  }

  const SHOWN: [string | undefined, string][] = [
    [undefined, ''],
    ['http://collector:4318/', 'http://collector:4318'],
    ['https://user:PW@collector/otlp?key=PW', 'https://collector/otlp'],
    ['user:PW@127.0.0.1:4318', '127.0.0.1:4318'],
    ['http://user:PW@host:port', 'host:port'],
    ['https//user:P@W@host?key=PW', 'host'],
    ['http://user/PW@host', 'host'],
    ['collector:4318', 'collector:4318'],
  ];
  for (const [url, expected] of SHOWN) {
    it(`shows the endpoint ${url} without a name and a password`, () => {
      assert.equal(shown(url), expected);
    });
  }

  const COMMANDS: [string[], string[], string][] = [
    [
      ['/bin/node', '/srv/app.mjs', 'PW'],
      ['--import', '@llmtrace/auto', '-r=./a.cjs', '-C', 'dev'],
      'node --import @llmtrace/auto -r=./a.cjs -C dev /srv/app.mjs …',
    ],
    [['/bin/node', 'PW', 'PW'], ['-e', 'PW'], 'node -e …'],
    [['/bin/node', 'PW'], ['--import', 'x', '--print=PW'], 'node --import x --print=…'],
    [
      ['/bin/node', 'app.js'],
      ['--title=PW', '--title', 'PW', '--inspect'],
      'node --title=… --title … --inspect app.js',
    ],
    [
      ['/bin/node', 'app.js'],
      ['--import', 'data:text/javascript,PW', '--env-file=PW'],
      'node --import … --env-file=… app.js',
    ],
  ];
  for (const [argv, execArgv, expected] of COMMANDS) {
    it(`shows only the loaded files of a command: ${expected}`, () => {
      assert.equal(commandOf(argv, execArgv), expected);
    });
  }

  const FLAGS: [string[], string[]][] = [
    [['app.mjs', '-r', './data'], []],
    [
      ['--import', './otel.mjs', '--inspect', 'app.mjs', '--import', './data'],
      ['--import', './otel.mjs', '--inspect'],
    ],
    [
      ['/usr/bin/node', '-r', './otel.cjs', 'app'],
      ['/usr/bin/node', '-r', './otel.cjs'],
    ],
    [
      ['tsx', '--import', './otel.ts', 'app.ts', '-r', './data'],
      ['tsx', '--import', './otel.ts'],
    ],
    [
      ['npm', 'start', '--', '-r', './data'],
      ['npm', 'start'],
    ],
  ];
  for (const [command, expected] of FLAGS) {
    it(`treats the arguments before the file as flags of node: ${command.join(' ')}`, () => {
      assert.deepEqual(flagsOf(command), expected);
    });
  }

  const NODES: [string, boolean][] = [
    ['18.20.0', false],
    ['20.18.3', false],
    ['20.19.0', true],
    ['21.7.0', false],
    ['22.11.0', false],
    ['22.12.0', true],
    ['24.0.0', true],
    ['26.10.0', true],
  ];
  for (const [version, isFine] of NODES) {
    it(`${isFine ? 'accepts' : 'does not accept'} Node.js ${version}`, () => {
      const [finding] = nodeVersion(version);
      assert.equal(finding?.code, isFine ? undefined : 'node-version');
    });
  }

  const APIS: [string, string, boolean][] = [
    ['1.10.0', '1.9.1', true],
    ['1.9.1', '1.9.0', false],
    ['1.9.0', '1.10.0', false],
    ['1.9.0', '1.9.1', false],
  ];
  for (const [version, than, expected] of APIS) {
    it(`takes API ${version} for ${expected ? '' : 'no '}newer than ${than}`, () => {
      assert.equal(isNewer(version, than), expected);
    });
  }

  describe('its findings', () => {
    it('are explained in docs/doctor.md, each of them, and looked for here', () => {
      const docs = readFileSync(new URL('../../../../docs/doctor.md', import.meta.url), 'utf8');
      const explained = [...docs.matchAll(/^### `([a-z-]+)`$/gm)].map(([, code]) => code);
      assert.deepEqual(explained, [...FINDING_CODES]);
      const found = new Set([
        ...setUps({ path: '/', remove() {} }, '').map(({ code }) => code),
        ...ELSEWHERE,
      ]);
      assert.deepEqual([...found].toSorted(), [...FINDING_CODES].toSorted());
    });
  });
});
