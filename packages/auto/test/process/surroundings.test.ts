/** Applications that change what llmtrace runs on once it has started, or have little of it: files, random numbers, timers, stderr. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { RunOptions } from '@llmtrace/test-fixtures/run-app';
import { AUTO, type Stage, setStage } from '../stage.ts';

describe('an application', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  beforeEach(() => stage.clear());
  after(() => stage.close());

  /** The same run without and with llmtrace. */
  async function both(way: string, options: RunOptions = {}) {
    const run = (flags: string[]) => stage.run('apps/surroundings.mjs', { args: [way], flags, ...options });
    const [bare, traced] = [await run([]), await run(AUTO)];
    assert.equal(bare.code, 0, bare.stderr);
    assert.deepEqual(
      { code: traced.code, stdout: traced.stdout },
      { code: bare.code, stdout: bare.stdout },
      traced.stderr,
    );
    return traced;
  }

  it('gets its answers where llmtrace’s files cannot be read at the first call, and a warning says so', async () => {
    const { stderr } = await both('files');
    assert.equal(
      stderr.match(/llmtrace: calls are not traced: the files of llmtrace could not be read/g)?.length,
      1,
    );
    assert.doesNotMatch(stderr, /came from no method/);
  });

  for (const [file, own] of [
    ['/core/dist/calls.js', 'own'],
    ['/core/dist/openai.js', 'own'],
    ['/instrumentation-openai/dist/code.js', 'own'],
    ['/auto/dist/instrumentations/openai/code.js', ''],
  ] as const) {
    it(`is traced from the second call on where ${file} cannot be read at the first`, async () => {
      const flags = own ? [] : AUTO;
      const { stdout, stderr } = await stage.run('apps/read-once.mjs', { args: [file, own], flags });
      assert.equal(stdout, '1 0\n1 1\n1 2\n', stderr);
      assert.equal(stderr.match(/llmtrace: calls are not traced: the files of llmtrace/g)?.length, 1, stderr);
      assert.doesNotMatch(stderr, /came from no method/);
    });
  }

  it('starts without `node:crypto`, which only calls need: 2.4 ms of CPU time', async () => {
    const { stdout, stderr } = await stage.run('apps/loaded.cjs', { flags: AUTO });
    assert.equal(stdout, 'false\n', stderr);
  });

  it('gets no warning for what it has added to the prototype of all objects', async () => {
    assert.equal((await both('prototypes')).stderr, '');
    assert.equal(stage.collector.spans()[0]?.attributes['gen_ai.usage.input_tokens'], 1346);
  });

  it('keeps its random numbers, and spans have ids of their own where it has replaced their source', async () => {
    await both('random');
    const spans = stage.collector.spans();
    assert.equal(spans.length, 3);
    assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 3);
    assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, 3);
  });

  it('goes on where stderr is a full disk and llmtrace prints there', async function () {
    if (!existsSync('/dev/full')) this.skip();
    const shell = ['-c', 'exec "$@" 2>/dev/full', 'sh', process.env['TEST_NODE'] ?? process.execPath];
    const env = { LLMTRACE_CONSOLE: 'true', OTEL_LOG_LEVEL: 'debug' };
    const options = { args: ['nothing'], node: 'sh', flags: [...shell, ...AUTO], env };
    const { code, stdout } = await stage.run('apps/surroundings.mjs', options);
    assert.deepEqual([code, stdout.split('\n').length], [0, 4]);
  });

  /** The same run within limits of the shell. */
  const within = (limits: string, flags: string[]) =>
    stage.run('apps/surroundings.mjs', {
      args: ['nothing'],
      node: 'sh',
      flags: ['-c', `${limits} && exec "$@"`, 'sh', process.env['TEST_NODE'] ?? process.execPath, ...flags],
    });

  it('runs with 2 GB of address space, as shared hosting gives it, and so does the export thread', async function () {
    if (process.platform !== 'linux') this.skip();
    const [bare, traced] = [await within('ulimit -v 2097152', []), await within('ulimit -v 2097152', AUTO)];
    if (bare.code !== 0) this.skip(); // the machine's Node.js needs more
    assert.deepEqual(traced, bare);
    assert.equal(stage.collector.spans().length, 3);
  });

  it('gets a warning with the limits where it may open too few files for the export thread', async function () {
    if (process.platform !== 'linux') this.skip();
    const { code, stderr } = await within('ulimit -n 24', AUTO);
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /\(ERR_WORKER_INIT_FAILED\).* Let the process have more open files and threads \(ulimit -n/,
    );
  });

  it('has stdout for itself, whatever llmtrace prints of itself', async () => {
    const { stderr } = await both('nothing', { env: { OTEL_LOG_LEVEL: 'debug', LLMTRACE_CONSOLE: 'true' } });
    assert.match(stderr, /^llmtrace: no cost for /m);
    assert.match(stderr, /^llmtrace {2}openai gpt-4.1-mini/m);
  });

  it('ends as it would where it has removed the clock, with which operations end', async () => {
    assert.equal((await both('clock')).stderr, '');
    assert.equal(stage.collector.spans().length, 1);
  });

  it('gets the mocks that it puts in the place of a module, and the module without them', async () => {
    assert.equal((await both('mocks')).stdout, 'string\nfunction\nstring\nfunction\n1\n');
    assert.equal(stage.collector.spans().length, 1);
  });

  it('ends where Node.js prints what its threads do, which the export thread prints, too', async () => {
    const { stderr } = await both('nothing', { env: { NODE_DEBUG: 'module,http' } });
    // Only that thread uses `node:http`.
    assert.ok(/^HTTP \d+: /m.test(stderr));
    assert.equal(stage.collector.spans().length, 3);
  });

  it('keeps its fake timers for itself', async () => {
    await both('timers');
    assert.deepEqual(stage.collector.spans().length, 2);
  });

  it('of CommonJS that --require @llmtrace/auto starts is started as without it', async () => {
    const [bare, traced] = await Promise.all(
      [[], ['--require', '@llmtrace/auto']].map((flags) => stage.run('apps/main-module.cjs', { flags })),
    );
    assert.deepEqual(traced, bare);
    // As docs/process-managers.md says of Node.js.
    const anyImport = await stage.run('apps/main-module.cjs', {
      flags: ['--import', 'data:text/javascript,'],
    });
    assert.notEqual(anyImport.stdout, bare?.stdout);
    const { stdout } = await stage.run('apps/main-module.cjs', { flags: AUTO });
    assert.equal(stdout, anyImport.stdout);
  });
});
