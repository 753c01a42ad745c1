import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { AUTO, type Stage, setStage } from './stage.ts';

const CALL = 'chat gpt-4.1-mini';

/** A port that is free now. */
async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

describe('the life cycle', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  beforeEach(() => stage.clear());
  after(() => stage.close());

  const spans = () => stage.collector.spans().map(({ name }) => name);
  const run = (args: string[], env: Record<string, string> = {}, flags: string[] = AUTO) =>
    stage.run('apps/lifecycle.mjs', { args, flags, env });

  for (const format of ['esm', 'cjs']) {
    for (const [how, flags] of [
      ['--import', AUTO],
      ['its import alone', []],
    ] as const) {
      it(`takes options in code once (${format}, started by ${how})`, async () => {
        const { code, stdout, stderr } = await run(['options', format], {}, [...flags]);
        assert.deepEqual({ code, stdout }, { code: 0, stdout: 'done\n' });
        assert.deepEqual(spans(), [CALL]);
        assert.equal(stage.collector.spans()[0]?.service, 'in code');
        assert.deepEqual(stage.collector.metrics(), []);
        assert.match(stderr, /llmtrace\.start\(\) was called before; the options of the first time apply/);
        assert.equal(stderr.match(/llmtrace: |llmtrace\.start/g)?.length, 2, stderr);
      });
    }

    it(`ends for good with all exported (${format})`, async () => {
      const { code, stdout, stderr } = await run(['shutdown', format]);
      assert.deepEqual({ code, stdout }, { code: 0, stdout: 'shut-down\ndone\n' });
      assert.deepEqual(spans(), [CALL, CALL]);
      const outcomes = stage.collector.spans().map(({ attributes }) => attributes['llmtrace.stream.outcome']);
      assert.deepEqual(outcomes.toSorted(), ['abandoned', undefined]);
      assert.match(stderr, /llmtrace\.start\(\) has no effect after llmtrace\.shutdown\(\)/);
    });
  }

  it('refuses wrong options by name, shows no value of a header, and traces on', async () => {
    const { stdout } = await run(['wrong']);
    const lines = stdout.split('\n');
    assert.match(lines[0] ?? '', /^TypeError: Expected `semconv` to be one of 1\.41, latest, dup/);
    assert.match(lines[1] ?? '', /^TypeError: Expected the configuration to have no `consol`/);
    assert.match(
      lines[2] ?? '',
      /^TypeError: Expected `prometheus\.port` to be a port from 0 to 65535, got -1/,
    );
    assert.equal(lines[3], 'TypeError: Expected `exporters.headers["key"]` to be a text.');
    assert.equal(lines[4], 'TypeError: Expected the configuration to be an object, got null.');
    assert.deepEqual(spans(), [CALL]);
  });

  it('warns of exporters that are set too late', async () => {
    const { stderr } = await run(['late']);
    assert.match(stderr, /`exporters` has no effect: telemetry is exported already/);
  });

  it('is safe before anything was recorded, and where llmtrace is switched off', async () => {
    assert.equal((await run(['before'])).stdout, 'running undefined\ndone\n');
    const { code, stdout, stderr } = await run(['before'], { LLMTRACE_ENABLED: 'false' });
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'off undefined\ndone\n', stderr: '' });
    assert.deepEqual(spans(), []);
  });

  it('serves Prometheus until it ends', async () => {
    const { code, stdout, stderr } = await run(['prometheus'], { PORT: await freePort() });
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'true\nclosed\ndone\n', stderr: '' });
  });

  it('returns its status as data', async () => {
    const { stdout } = await run(['status'], { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=s3cret' });
    const status = JSON.parse(stdout.split('\n')[0] ?? '');
    assert.equal(status.state, 'running');
    assert.match(status.versions, /^@llmtrace\/auto \S+, Node\.js /);
    assert.deepEqual(status.traced, { openai: 1 });
    assert.deepEqual(status.untraced, {});
    assert.deepEqual(status.findings, []);
    assert.match(status.destination, /^to http:\/\/127\.0\.0\.1:\d+ \(OTLP, http\/json\)$/);
    const [copy] = status.copies;
    assert.equal(copy.module, 'openai');
    assert.ok(copy.methods > 0);
    assert.ok(
      status.instrumentations.some(
        (instrumentation: any) => instrumentation.module === 'openai' && instrumentation.enabled,
      ),
    );
    assert.doesNotMatch(stdout, /s3cret/);
  });

  it('has a provider in the API that can be flushed', async () => {
    const never = { OTEL_BSP_SCHEDULE_DELAY: '600000' };
    const { signal } = await run(['provider'], never);
    assert.equal(signal, 'SIGKILL');
    assert.deepEqual(spans(), [CALL]);
    assert.equal((await run(['provider of the application'])).stdout, 'flushed\ndone\n');
  });
});
