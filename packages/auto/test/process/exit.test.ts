import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { RunOptions, RunResult } from '@llmtrace/test-fixtures/run-app';
import { AUTO, type Stage, setStage, startCollector } from '../stage.ts';

/** A busy machine may take longer to export than an exit waits by default. */
const PATIENT = '20000';
const CALL = 'chat gpt-4.1-mini';

/** What an application writes by itself. Where in Node.js an event is emitted depends on how many listen. */
const withoutWarnings = (stderr: string): string =>
  stderr
    .replace(/^\(node:\d+\) llmtrace: .*\n(?:\(Use `node --trace-warnings.*\n)?/gm, '')
    .replaceAll(/node:events:\d+:\d+/g, 'node:events');

const asWritten = ({ stderr, ...result }: RunResult) => ({ ...result, stderr: withoutWarnings(stderr) });

describe('the end of a process', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  beforeEach(() => stage.clear());
  after(() => stage.close());

  /** The same run without and with llmtrace. */
  const both = (app: string, { env, ...more }: RunOptions) => {
    const options = { ...more, env: { LLMTRACE_EXIT_TIMEOUT_MS: PATIENT, ...env } };
    return Promise.all([stage.run(app, options), stage.run(app, { ...options, flags: AUTO })]);
  };

  const names = () => stage.collector.spans().map(({ name }) => name);

  const WAYS = {
    natural: 'that has nothing left to do',
    exit: 'that calls process.exit()',
    code: 'that sets process.exitCode',
    throw: 'that throws',
    later: 'that throws in a callback',
    reject: 'that leaves a rejection unhandled',
    unsettled: 'that awaits what never comes',
    sigterm: 'by SIGTERM',
    sigint: 'by SIGINT',
    sighup: 'by SIGHUP',
    sigquit: 'by SIGQUIT',
    sigusr2: 'by SIGUSR2',
    early: 'by SIGTERM before the export thread has started',
    blocked: 'by SIGTERM while its event loop stands still',
    blockedint: 'by SIGINT while its event loop stands still',
    throwing: 'whose listener to exit throws',
    exiting: 'whose listener to exit exits',
    exits: 'whose own handler of SIGTERM exits',
    ignores: 'whose own handler of SIGTERM lets it end by itself',
    again: 'whose own handler of SIGTERM sends it again',
    counts: 'whose own handler of SIGTERM looks whether it is alone',
    shutdown: 'whose own handler of SIGTERM sends it again when nothing else is left to do',
    gone: 'whose own handler of SIGTERM is gone again',
    before: 'that listens to beforeExit',
    listens: 'that listens to exit',
    removes: 'that removes all listeners to exit',
    removesexits: 'that removes all listeners to exit and exits at once',
    removesall: 'that removes all listeners of the process, and exits later',
    removessignal: 'that removes all listeners to exit and to SIGTERM',
  };
  for (const [way, what] of Object.entries(WAYS)) {
    it(`is the same with llmtrace for a process ${what}, and no telemetry is lost`, async () => {
      const [without, traced] = await both('apps/exits.mjs', { args: [way] });
      assert.deepEqual(asWritten(traced), asWritten(without));
      assert.deepEqual(names(), [CALL]);
      assert.ok(stage.collector.metrics().includes('gen_ai.client.operation.duration'));
    });
  }

  const WAYS_IN: Readonly<Record<string, RunOptions>> = {
    '--import': { flags: AUTO },
    '--require': { flags: ['--require', '@llmtrace/auto'] },
    NODE_OPTIONS: { env: { NODE_OPTIONS: '--import @llmtrace/auto' } },
  };
  for (const [way, options] of Object.entries(WAYS_IN)) {
    for (const app of ['idle.mjs', 'idle.cjs']) {
      it(`comes at once when the event loop of ${app} is empty: ${way}`, async () => {
        const { stdout } = await stage.run(`apps/${app}`, options);
        assert.equal(stdout, 'idle\nbeforeExit 0\nexit 0\n');
        assert.deepEqual(names(), ['embeddings text-embedding-3-small']);
      }).timeout(90_000);
    }
  }

  it('is the same for a process that is ended by abort, which leaves no time', async () => {
    const { code, signal } = await stage.run('apps/exits.mjs', { args: ['abort'] });
    const traced = await stage.run('apps/exits.mjs', { args: ['abort'], flags: AUTO });
    assert.deepEqual({ code: traced.code, signal: traced.signal }, { code, signal });
  });

  it('lets the first process of a container live, and its calls go on; what there is leaves at the signal', async function () {
    const unshared = ['--pid', '--fork', '--mount-proc', process.env['TEST_NODE'] ?? process.execPath];
    if (spawnSync('unshare', [...unshared, '--version']).status !== 0) this.skip();
    const env = { LLMTRACE_EXIT_TIMEOUT_MS: PATIENT, OTEL_BSP_SCHEDULE_DELAY: '600000' };
    this.timeout(120_000);
    const run = (flags: string[], wait: string) =>
      stage.run('apps/init.mjs', {
        node: 'unshare',
        flags: [...unshared, ...flags],
        args: [wait],
        env: { ...env, PATH: process.env['PATH'] ?? '' },
      });
    const without = await run([], '50');
    assert.equal(without.stdout, '1\nError\nstill here\n');
    assert.deepEqual(await run(AUTO, '6000'), without);
    assert.deepEqual(names(), [CALL, 'chat hang']);
    const posts = stage.collector.posts.filter(({ path }) => path === '/v1/traces');
    assert.equal(posts.length, 2); // the first at the signal, the second at the end
    const [, hang] = stage.collector.spans();
    // The application stopped it, and not the signal: that would have ended it as abandoned.
    assert.equal(hang?.attributes['llmtrace.stream.outcome'], 'cancelled');
  });

  it('ends the calls that are open, as abandoned', async () => {
    const env = { LLMTRACE_EXIT_TIMEOUT_MS: PATIENT };
    await stage.run('apps/exits.mjs', { args: ['open'], flags: AUTO, env });
    assert.deepEqual(names().sort(), [CALL, 'chat hang']);
  });

  for (const way of ['natural', 'exit', 'throw', 'terminate', 'blocked']) {
    it(`is the same for a worker thread (${way}), and nothing is lost`, async () => {
      const [without, traced] = await both('apps/worker-exits.mjs', { args: [way] });
      assert.deepEqual(traced, without);
      assert.deepEqual(names(), ['embeddings text-embedding-3-small']);
    });
  }

  describe('with a collector that cannot be reached', () => {
    for (const way of ['natural', 'exit', 'sigterm', 'throw']) {
      it(`is the same (${way})`, async () => {
        const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
        const [without, traced] = await both('apps/exits.mjs', { args: [way], env });
        assert.deepEqual(asWritten(traced), asWritten(without));
        assert.match(traced.stderr, /llmtrace: traces do not arrive at http:\/\/127\.0\.0\.1:9\/v1\/traces/);
      });
    }
  });

  it('does not wait long for a collector that never answers', async () => {
    const silent = await startCollector({ silent: true });
    try {
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: silent.url, LLMTRACE_EXIT_TIMEOUT_MS: '3000' };
      const without = await stage.run('apps/exits.mjs', { args: ['natural'], env });
      const before = performance.now();
      const traced = await stage.run('apps/exits.mjs', { args: ['natural'], env, flags: AUTO });
      assert.deepEqual(asWritten(traced), asWritten(without));
      assert.match(traced.stderr, /llmtrace: .*(?:no answer in time|before its last telemetry was exported)/);
      assert.ok(performance.now() - before < 10_000);
    } finally {
      silent.close();
    }
  });
});
