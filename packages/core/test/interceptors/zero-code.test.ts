/** Retries, limits and budgets of an application that knows nothing of them: by the environment alone. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { type RunResult, runApp } from '@llmtrace/test-fixtures/run-app';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

describe('an application without a change', () => {
  let vendor: VendorServer;
  before(async () => {
    vendor = await startVendorServer();
  });
  beforeEach(() => vendor.clear());
  after(() => vendor.close());

  async function ask(format: string, env: Record<string, string>): Promise<RunResult> {
    const result = await runApp(file(`./apps/ask.${format}`), {
      flags: [
        '--conditions=llmtrace:source',
        '--disable-warning=ExperimentalWarning',
        '--import',
        '@llmtrace/auto',
      ],
      env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${vendor.url}/v1`, MODEL: 'gpt-4o-mini', ...env },
    });
    assert.equal(result.code, 0, result.stderr);
    return result;
  }

  for (const format of ['mjs', 'cjs']) {
    it(`retries (.${format})`, async () => {
      const { stdout, stderr } = await ask(format, { MODEL: 'fail-500', LLMTRACE_RETRY: 'true' });
      assert.deepEqual([stdout, stderr], ['server_error\nserver_error\n', '']);
      const numbers = vendor.requests.map(({ headers }) => headers['x-stainless-retry-count']);
      assert.deepEqual(numbers, ['0', '1', '2', '3', '0', '1', '2', '3']);
    });

    it(`keeps within limits and budgets (.${format})`, async () => {
      const limit = { LLMTRACE_RATE_LIMIT: '0.1', LLMTRACE_RATE_LIMIT_MODE: 'refuse' };
      assert.equal((await ask(format, limit)).stdout, 'chat.completion\nrate_limited\n');
      const budget = { LLMTRACE_BUDGET_TOKENS: '1', LLMTRACE_RETRY: 'true' };
      assert.equal((await ask(format, budget)).stdout, 'chat.completion\nbudget_exceeded\n');
      assert.equal(vendor.requests.length, 2);
    });
  }

  it('runs whatever the variables say: what is wrong is one warning', async () => {
    const { stdout, stderr } = await ask('mjs', {
      LLMTRACE_BUDGET_USD: '-5',
      LLMTRACE_CONFIG: './no-such-file.mjs',
    });
    assert.equal(stdout, 'chat.completion\nchat.completion\n');
    const lines = stderr.split('\n').filter((line) => line.includes('llmtrace'));
    assert.equal(lines.length, 2, stderr);
    assert.match(
      stderr,
      /NO budget in USD is in force: LLMTRACE_BUDGET_USD=-5 is not a number from 0 to 1000000000000000/,
    );
    assert.match(stderr, /could not use the configuration \S+no-such-file\.mjs: /);
  });
});
