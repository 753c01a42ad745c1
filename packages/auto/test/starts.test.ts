import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pm2Findings } from '../src/doctor/pm2-project.ts';
import { adoptPm2Environment } from '../src/process/pm2.ts';
import { AUTO, file, type Stage, setStage } from './stage.ts';

const require = createRequire(import.meta.url);
const CALL = 'embeddings text-embedding-3-small';

describe('threads and processes that an application starts', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  beforeEach(() => stage.clear());
  after(() => stage.close());

  const names = () => stage.collector.spans().map(({ name }) => name);
  const run = (way: string, env: Record<string, string> = {}, flags = AUTO) =>
    stage.run('apps/starts.mjs', {
      args: [way],
      flags,
      env: { LLMTRACE_EXIT_TIMEOUT_MS: '20000', ...env },
    });

  for (const way of [
    'thread',
    'own-env-thread',
    'own-env-flags-thread',
    'fork',
    'with-flags',
    'with-options',
  ]) {
    it(`are traced without a warning (${way})`, async () => {
      const { code, stdout, stderr } = await run(way);
      assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'answered\n', stderr: '' });
      assert.deepEqual(names(), [CALL]);
    });
  }

  it('are named once where a thread is started without the flags of the process', async () => {
    const { code, stdout, stderr } = await run('bare-thread');
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'answered\n' });
    assert.match(
      stderr,
      /llmtrace: a worker thread that \S+starts\.mjs:\d+ starts runs without llmtrace, since its `execArgv`/,
    );
    assert.equal(stderr.match(/llmtrace:/g)?.length, 1);
    assert.deepEqual(names(), []);
  });

  it('are named where Node.js runs no --import before the code of a thread, but --require', async () => {
    const imported = await run('thread-of-a-string');
    assert.equal(imported.stdout, 'answered\n');
    assert.match(imported.stderr, /CommonJS in a string \(`eval: true`\).*start llmtrace by --require/);
    assert.equal(imported.stderr.match(/llmtrace:/g)?.length, 1);
    assert.deepEqual(names(), []);
    const required = await run('thread-of-a-string', {}, ['--require', '@llmtrace/auto']);
    assert.deepEqual([required.stdout, required.stderr], ['answered\n', '']);
    assert.deepEqual(names(), [CALL]);
  });

  for (const way of ['bare-fork', 'spawn']) {
    it(`are named once where a process is started without the flags of this one (${way})`, async () => {
      const { code, stdout, stderr } = await run(way);
      assert.deepEqual({ code, stdout }, { code: 0, stdout: 'answered\n' });
      assert.match(
        stderr,
        /llmtrace: the process that \S+starts\.mjs:\d+ starts \(starts\.mjs\) runs without llmtrace, since its flags/,
      );
      assert.equal(stderr.match(/llmtrace:/g)?.length, 1);
      assert.deepEqual(names(), []);
    });
  }

  it('are a finding of the doctor', async () => {
    const { stderr } = await run('spawn', { LLMTRACE_DOCTOR: '1' });
    assert.match(
      stderr,
      /! not-started: the process that \S+starts\.mjs:\d+ starts \(starts\.mjs\) runs without/,
    );
    assert.match(stderr, /→ Give it the flags of this process \(`\.\.\.process\.execArgv`\)/);
  });

  it('for an agent, by its SDK, are named once: the calls are theirs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmtrace-agent-'));
    try {
      const ask = (name: string, env: Record<string, string> = {}) => {
        const sdk = join(folder, 'node_modules', name, 'index.mjs');
        mkdirSync(dirname(sdk), { recursive: true });
        // As the SDK starts its CLI, which is no script of Node.js.
        writeFileSync(
          sdk,
          "import { spawn } from 'node:child_process'; export async function run() {" +
            "await new Promise((end) => spawn('git', ['--version']).on('exit', end)); }",
        );
        return stage.run('apps/agent-process.mjs', { args: [sdk], flags: AUTO, env });
      };
      for (const name of [
        '@openai/codex-sdk',
        '@github/copilot-sdk',
        '@opencode-ai/sdk',
        '@anthropic-ai/claude-code',
      ]) {
        const { stdout, stderr } = await ask(name);
        assert.equal(stdout, 'done\n');
        assert.match(stderr, new RegExp(`llmtrace: calls that the process of ${name} makes are not traced`));
        assert.equal(stderr.match(/llmtrace:/g)?.length, 1);
      }
      assert.equal((await ask('another-sdk')).stderr, '');
      const { stderr } = await ask('@openai/codex-sdk', { LLMTRACE_INSTRUMENTATIONS: 'openai' });
      assert.equal(stderr, '');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('within the process, by native code, are named as the code is loaded', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmtrace-native-'));
    try {
      const write = (name: string, text: string) => {
        const path = join(folder, 'node_modules', name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
        return path;
      };
      // As the library loads its native code.
      const platform = `${process.platform}-${process.arch}`;
      const LIBRARIES = {
        '@boundaryml/baml': `@boundaryml/baml-${platform}-gnu/index.js`,
        'node-llama-cpp': `@node-llama-cpp/${platform}/bins/${platform}/llama-addon.js`,
      };
      for (const [name, native] of Object.entries(LIBRARIES)) {
        write(native, '');
        const library = write(`${name}/index.js`, `require('${native}'); exports.run = () => {};`);
        const ask = (env = {}) => stage.run('apps/agent-process.mjs', { args: [library], flags: AUTO, env });
        const { stdout, stderr } = await ask();
        assert.equal(stdout, 'done\n');
        const calls = `calls that the native code of ${name} makes are not traced: llmtrace does not know`;
        assert.ok(stderr.includes(`llmtrace: ${calls}`), stderr);
        assert.equal((await ask({ LLMTRACE_INSTRUMENTATIONS: 'openai' })).stderr, '');
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('by PM2 as a cluster have the options of its configuration', async () => {
    const { apps } = require('../examples/ecosystem.config.cjs');
    const [{ env, node_args }] = apps;
    const { code, stderr } = await stage.run('apps/pm2/ProcessContainer.js', {
      flags: node_args.split(' '),
      env: {
        LLMTRACE_EXIT_TIMEOUT_MS: '20000',
        pm2_env: JSON.stringify({ ...env, pm_exec_path: file('apps/starts.mjs') }),
      },
    });
    assert.equal(code, 0);
    assert.match(stderr, /^llmtrace {2}openai text-embedding-3-small/);
    assert.deepEqual(names(), [CALL]);
  });

  it('by PM2 as a cluster are a finding of the doctor where NODE_OPTIONS starts llmtrace in vain', () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmtrace-pm2-'));
    const write = (text: string) => writeFileSync(join(folder, 'ecosystem.config.cjs'), text);
    try {
      assert.deepEqual(pm2Findings(folder), []);
      write("module.exports = { exec_mode: 'cluster', env: { NODE_OPTIONS: '--import @llmtrace/auto' } };");
      const [finding] = pm2Findings(folder);
      assert.partialDeepStrictEqual(finding, { code: 'not-started', lost: true });
      assert.match(finding?.cure ?? '', /node_args: '--import @llmtrace\/auto'/);
      write("module.exports = { exec_mode: 'fork', env: { NODE_OPTIONS: '--import @llmtrace/auto' } };");
      assert.deepEqual(pm2Findings(folder), []);
      write(readFileSync(file('../examples/ecosystem.config.cjs'), 'utf8'));
      assert.deepEqual(pm2Findings(folder), []);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('by PM2 as a cluster have its environment from the start', () => {
    const settings = { LLMTRACE_LOG: 'json', OTEL_SERVICE_NAME: 'shop', OTEL_BSP_SCHEDULE_DELAY: 100 };
    const env: Record<string, string | undefined> = {
      LLMTRACE_RETRY: 'true',
      pm2_env: JSON.stringify({ ...settings, OTHER: 'x', LLMTRACE_CONFIG: { no: 'text' } }),
    };
    adoptPm2Environment(env, '/srv/node_modules/pm2/lib/ProcessContainer.js');
    assert.deepEqual(
      { ...env, pm2_env: '' },
      {
        LLMTRACE_RETRY: 'true',
        LLMTRACE_LOG: 'json',
        OTEL_SERVICE_NAME: 'shop',
        OTEL_BSP_SCHEDULE_DELAY: '100',
        pm2_env: '',
      },
    );
  });

  it('have an environment that is their own unless PM2 runs them', () => {
    const text = JSON.stringify({ LLMTRACE_LOG: 'json' });
    for (const [pm2_env, main] of [
      [text, file('apps/exits.mjs')],
      ['{', '/pm2/lib/ProcessContainer.js'],
      ['null', '/pm2/lib/ProcessContainer.js'],
      [undefined, undefined],
    ] as const) {
      const env = { pm2_env };
      adoptPm2Environment(env, main);
      assert.deepEqual(env, { pm2_env });
    }
  });
});
