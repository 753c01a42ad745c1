/** The snippets of the documentation: each is a file that runs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runApp } from '@llmtrace/test-fixtures/run-app';
import { MODEL_MAP, startVendorServer } from '@llmtrace/test-fixtures/server';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

async function runExample(name: string, env: Record<string, string> = {}): Promise<string> {
  const vendor = await startVendorServer();
  try {
    const { code, stdout, stderr } = await runApp(file(`../examples/${name}.mjs`), {
      flags: ['--no-warnings', '--conditions=llmtrace:source', '--import', '@llmtrace/auto/hook'],
      env: {
        ...{ OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${vendor.url}/v1` },
        ...{ LLMTRACE_MODEL_MAP: MODEL_MAP, ...env },
      },
    });
    assert.equal(code, 0, stderr);
    return stdout;
  } finally {
    await vendor.close();
  }
}

describe('the examples of errors, logs and content', () => {
  for (const name of ['errors', 'logs', 'content']) {
    it(`stand in docs/${name}.md as they are`, () => {
      const page = readFileSync(file(`../../../docs/${name}.md`), 'utf8');
      const example = readFileSync(file(`../examples/${name}.mjs`), 'utf8');
      assert.ok(page.includes(`\`\`\`js\n${example}\`\`\``));
    });
  }

  it('take names and addresses out of message content', async () => {
    const said = 'Write to [customer], [redacted:email].';
    assert.equal(await runExample('content'), `32 ${said} stop\n`);
  });

  it('classify what the vendor refuses', async () => {
    assert.equal(
      await runExample('errors', { MODEL: 'fail-429' }),
      'openai 429: rate_limit (rate_limit_exceeded)\nwait for 20 ms\n',
    );
    assert.match(await runExample('errors', { MODEL: 'fail-401' }), /: auth \(.*\)\ndo not repeat it\n$/);
  });

  it('write a line for a call', async () => {
    const line = JSON.parse(await runExample('logs', { LLMTRACE_MODEL_MAP: MODEL_MAP }));
    assert.deepEqual([line.name, line.msg], ['chat', 'llm request completed']);
    assert.ok(line.cost_usd > 0);
  });
});
