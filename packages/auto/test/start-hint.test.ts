/** The line that says that calls are shown nowhere; each case in processes of their own, whose stderr is a pipe. */
import assert from 'node:assert/strict';
import { AUTO, type Stage, setStage } from './stage.ts';

const LINE =
  /^llmtrace: calls of openai, anthropic, google-genai, google-generative-ai, aws-bedrock are traced, and nothing shows them: .*OTEL_EXPORTER_OTLP_ENDPOINT, LLMTRACE_CONSOLE=true or LLMTRACE_PROMETHEUS_PORT to see them; LLMTRACE_QUIET=true leaves this line out$/;

describe('calls that nothing shows', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  after(() => stage.close());

  const said = async (way: string, env: Record<string, string> = {}, flags = AUTO): Promise<string[]> => {
    const { code, stdout, stderr } = await stage.runBare('apps/hint.mjs', {
      flags,
      env: { HINT: way, LLMTRACE_QUIET: '', ...env },
    });
    assert.deepEqual({ code, stdout }, { code: 0, stdout: '' }, stderr);
    return stderr.split('\n').filter(Boolean);
  };

  const ONCE: [what: string, way: string][] = [
    ['at the first call, and no other', 'twice'],
    ['in a process whose threads make the calls', 'threads'],
    ['in a cluster, by its first worker', 'cluster'],
    ['where a process forks others', 'fork'],
  ];
  for (const [what, way] of ONCE) {
    it(`are named in one line on stderr ${what}`, async () => {
      const lines = await said(way);
      assert.equal(lines.length, 1, lines.join('\n'));
      assert.match(lines[0] as string, LINE);
    });
  }

  it('are named where the environment alone loads llmtrace', async () => {
    const lines = await said('here', { NODE_OPTIONS: AUTO.join(' ') }, []);
    assert.equal(lines.length, 1);
    assert.match(lines[0] as string, LINE);
  });

  it('are named by the first process of PM2, and no other', async () => {
    assert.equal((await said('here', { NODE_APP_INSTANCE: '0' })).length, 1);
    assert.deepEqual(await said('here', { NODE_APP_INSTANCE: '1' }), []);
  });

  const SILENT: [what: string, way: string, env?: Record<string, string>][] = [
    ['where no call is made', 'none'],
    ['where the application has registered its provider by then', 'provider'],
    ['where the application has set LLMTRACE_QUIET by then', 'console'],
    ['with LLMTRACE_QUIET', 'here', { LLMTRACE_QUIET: 'true' }],
    ['where the console is not wanted', 'here', { LLMTRACE_CONSOLE: 'false' }],
    ['where no exporter is wanted', 'here', { OTEL_TRACES_EXPORTER: 'none' }],
    ['where no SDK is wanted', 'here', { OTEL_SDK_DISABLED: 'true' }],
    ['where Prometheus has them', 'here', { LLMTRACE_PROMETHEUS_PORT: '0' }],
    ['where llmtrace is switched off', 'here', { LLMTRACE_ENABLED: 'false' }],
  ];
  for (const [what, way, env] of SILENT) {
    it(`are not named ${what}`, async () => {
      assert.deepEqual(await said(way, env), []);
    });
  }

  it('are not named where something is written for each', async () => {
    const lines = async (env: Record<string, string>) =>
      (await said('here', env)).filter((line) => line.startsWith('llmtrace: calls of'));
    assert.deepEqual(await lines({ LLMTRACE_CONSOLE: 'true' }), []);
    assert.deepEqual(await lines({ LLMTRACE_LOG: 'pretty' }), []);
    assert.deepEqual(await lines({ LLMTRACE_DOCTOR: 'true' }), []);
    assert.deepEqual(await lines({ OTEL_EXPORTER_OTLP_ENDPOINT: stage.collector.url }), []);
  });
});
