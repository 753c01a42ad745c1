/** The code blocks of docs/redis.md and docs/usage.md: files that run. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runApp } from '@llmtrace/test-fixtures/run-app';
import { startVendorServer } from '@llmtrace/test-fixtures/server';
import { describeWithRedis, startRedis } from './server.ts';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

for (const [name, page] of [
  ['shared', 'redis'],
  ['totals', 'usage'],
])
  it(`the example ${name}.mjs is a block of docs/${page}.md`, () => {
    const text = readFileSync(file(`../../../docs/${page}.md`), 'utf8');
    const example = readFileSync(file(`../examples/${name}.mjs`), 'utf8');
    assert.ok(text.includes(`\`\`\`js\n${example}\`\`\``));
  });

describeWithRedis('the examples of Redis', () => {
  it('keep totals of all processes there', async () => {
    const redis = await startRedis();
    const vendor = await startVendorServer();
    try {
      const run = () =>
        runApp(file('../examples/totals.mjs'), {
          flags: ['--no-warnings', '--import', '@llmtrace/auto'],
          env: {
            OPENAI_API_KEY: 'sk-test',
            OPENAI_BASE_URL: `${vendor.url}/v1`,
            LLMTRACE_MODEL_MAP: 'gpt-4o-mini=openai/gpt-4o-mini',
            LLMTRACE_REDIS_URL: redis.url,
            LLMTRACE_REDIS_USAGE: 'tenant,model',
            LLMTRACE_QUIET: 'true',
          },
        });
      for (const calls of [1, 2]) {
        const { code, stdout, stderr } = await run();
        assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
        assert.match(
          stdout,
          new RegExp(`^acme ${calls} calls [\\d.e-]+\\n${calls} calls in all of all processes\\n$`),
        );
      }
    } finally {
      await vendor.close();
      await redis.close();
    }
  });

  it('keep limits there', async () => {
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
