import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment, runApp } from '../src/run-app.ts';

const app = fileURLToPath(new URL('fixtures/app.mjs', import.meta.url));

describe('an application in a separate process', () => {
  it('gets the arguments and the environment of the options', async () => {
    const { code, stdout, stderr } = await runApp(app, { args: ['one'], env: { LLMTRACE_CONSOLE: 'true' } });
    assert.equal(stderr, 'to stderr\n');
    assert.deepEqual(JSON.parse(stdout), { args: ['one'], console: 'true' });
    assert.equal(code, 3);
  });

  it('gets no variable of this process for telemetry, vendors and node', () => {
    const foreign = {
      OTEL_SDK_DISABLED: 'true',
      LLMTRACE_ENABLED: 'no',
      NODE_OPTIONS: '-r x',
      OPENAI_API_KEY: 'sk',
    };
    assert.deepEqual(cleanEnvironment({ ...foreign, PATH: '/bin', HTTPS_PROXY: 'http://proxy' }), {
      PATH: '/bin',
    });
  });

  it('is killed after the timeout', async () => {
    const { signal } = await runApp(app, { args: ['stay'], timeout: 300 });
    assert.equal(signal, 'SIGKILL');
  });
});
