/** The snippet of the documentation: a file that runs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runApp } from '@llmtrace/test-fixtures/run-app';
import { startVendorServer } from '@llmtrace/test-fixtures/server';
import { describeWithRedis, startRedis } from './server.ts';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

it('the example of Redis stands in docs/redis.md as it is', () => {
  const page = readFileSync(file('../../../docs/redis.md'), 'utf8');
  const example = readFileSync(file('../examples/shared.mjs'), 'utf8');
  assert.ok(page.includes(`\`\`\`js\n${example}\`\`\``));
});

describeWithRedis('the example of Redis', () => {
  it('keeps its limits there', async () => {
    const redis = await startRedis();
    const vendor = await startVendorServer();
    try {
      const { code, stdout, stderr } = await runApp(file('../examples/shared.mjs'), {
        flags: ['--no-warnings', '--conditions=llmtrace:source', '--import', '@llmtrace/auto/hook'],
        env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${vendor.url}/v1`, REDIS_URL: redis.url },
      });
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^chat\.completion \[/);
      assert.match(stdout, /'shop:\{budget 0 process\}'/);
      assert.match(stdout, /'shop:\{limit 0 openai gpt-4o-mini\}'/);
    } finally {
      await vendor.close();
      await redis.close();
    }
  });
});
