import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { cleanEnvironment } from '@llmtrace/test-fixtures/run-app';
import { AUTO, file, type Stage, setStage, startCollector } from '../stage.ts';

const CALL = 'chat gpt-4.1-mini';
/** Nothing is exported by the clock: the SDK's own batches and intervals are ten minutes apart. */
const NEVER = { OTEL_BSP_SCHEDULE_DELAY: '600000', OTEL_METRIC_EXPORT_INTERVAL: '600000' };

describe('hosts that freeze and kill', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  beforeEach(() => stage.clear());
  after(() => stage.close());

  const names = () => stage.collector.spans().map(({ name }) => name);
  const node = process.env['TEST_NODE'] ?? process.execPath;

  function start(app: string, args: string[], env: Record<string, string>): ChildProcess {
    return spawn(node, [...AUTO, file(app), ...args], {
      cwd: file('.'),
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        ...cleanEnvironment(),
        OPENAI_API_KEY: 'sk-test',
        OPENAI_BASE_URL: `${stage.vendor.url}/v1`,
        OTEL_EXPORTER_OTLP_ENDPOINT: stage.collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        ...NEVER,
        ...env,
      },
    });
  }

  /** Waits until telemetry is there; mocha's timeout ends it. */
  async function until(isThere: () => boolean): Promise<void> {
    while (!isThere()) await wait(20);
  }

  /** A host that freezes the process `pause` ms after each answer, and kills it after the last. */
  async function invoke(handler: string, times: number, env: Record<string, string>, pause?: () => unknown) {
    const child = start('apps/function-host.mjs', [file(handler)], env);
    const lines = createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> });
    for (let count = 0; count < times; count++) {
      child.kill('SIGCONT');
      child.stdin?.write('{ "question": "Which tree?" }\n');
      await once(lines, 'line');
      await pause?.();
      child.kill('SIGSTOP');
      await wait(20);
    }
    child.kill('SIGKILL');
    await once(child, 'close');
  }

  const LAMBDA = { AWS_LAMBDA_FUNCTION_NAME: 'shop' };

  it('loses no call of a handler that awaits llmtrace.flush(), frozen at once after each answer', async () => {
    await invoke('../examples/lambda.mjs', 6, LAMBDA);
    assert.deepEqual(names(), Array(6).fill(CALL));
    assert.ok(stage.collector.metrics().includes('gen_ai.client.operation.duration'));
  });

  for (const name of ['AWS_LAMBDA_FUNCTION_NAME', 'K_SERVICE', 'FUNCTIONS_WORKER_RUNTIME', 'VERCEL']) {
    it(`exports each call as it ends where ${name} is set`, async () => {
      let calls = 0;
      const arrived = () => {
        calls++;
        return until(() => names().length === calls);
      };
      await invoke('apps/handler.mjs', 2, { [name]: '1' }, arrived);
      assert.deepEqual(names(), [CALL, CALL]);
      assert.ok(stage.collector.metrics().includes('gen_ai.client.operation.duration'));
    });
  }

  it('loses nothing of a service that is ended by SIGTERM', async () => {
    const child = start('../examples/service.mjs', [], {
      PORT: '0',
      HOST: '127.0.0.1',
      LLMTRACE_EXIT_TIMEOUT_MS: '20000',
    });
    const lines = createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> });
    const [line] = await once(lines, 'line');
    await fetch(`http://127.0.0.1:${/\d+$/.exec(line)?.[0]}/`);
    child.kill('SIGTERM');
    const [code, signal] = await once(child, 'close');
    assert.deepEqual({ code, signal }, { code: null, signal: 'SIGTERM' });
    assert.deepEqual(names(), [CALL]);
  });

  describe('llmtrace.flush()', () => {
    for (const way of ['llmtrace', 'twice', 'delegate']) {
      it(`has all exported once it resolves (${way})`, async () => {
        const { signal, stdout } = await stage.run('apps/flushes.mjs', {
          args: [way],
          flags: AUTO,
          env: NEVER,
        });
        assert.equal(signal, 'SIGKILL');
        assert.match(stdout, new RegExp(`^(?:true|${way})\n$`));
        assert.deepEqual(names(), [CALL]);
        assert.ok(stage.collector.metrics().includes('gen_ai.client.operation.duration'));
      });
    }

    it('may be called before anything was recorded', async () => {
      const { stdout } = await stage.run('apps/flushes.mjs', {
        args: ['llmtrace', 'early'],
        flags: AUTO,
        env: NEVER,
      });
      assert.equal(stdout, 'true\n');
      assert.deepEqual(names(), [CALL]);
    });

    it('resolves where nothing is exported', async () => {
      const { stdout, signal } = await stage.runBare('apps/flushes.mjs', { args: ['llmtrace'], flags: AUTO });
      assert.deepEqual({ stdout, signal }, { stdout: 'true\n', signal: 'SIGKILL' });
    });

    it('resolves when the timeout has passed', async () => {
      const silent = await startCollector({ silent: true });
      try {
        const env = { OTEL_EXPORTER_OTLP_ENDPOINT: silent.url };
        const { stdout, signal } = await stage.run('apps/flushes.mjs', { args: ['late'], flags: AUTO, env });
        assert.deepEqual({ stdout, signal }, { stdout: 'true\n', signal: 'SIGKILL' });
      } finally {
        silent.close();
      }
    });

    it('flushes the providers of the application, whichever of them fails', async () => {
      const { code, stdout } = await stage.runBare('apps/flushes.mjs', { args: ['other'], flags: AUTO });
      assert.deepEqual({ code, stdout }, { code: 0, stdout: 'traces metrics\ntrue\n' });
    });
  });
});
