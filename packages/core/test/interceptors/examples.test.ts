/** The snippets of the documentation about interceptors: each is a file that runs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runApp } from '@llmtrace/test-fixtures/run-app';
import { startVendorServer } from '@llmtrace/test-fixtures/server';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

async function run(name: string, env: Record<string, string> = {}): Promise<string> {
  const vendor = await startVendorServer();
  try {
    const { code, stdout, stderr } = await runApp(file(`../../examples/${name}.mjs`), {
      flags: ['--no-warnings', '--conditions=llmtrace:source', '--import', '@llmtrace/auto/hook'],
      env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${vendor.url}/v1`, ...env },
    });
    assert.equal(code, 0, stderr);
    return stdout;
  } finally {
    await vendor.close();
  }
}

const PAGES: Readonly<Record<string, readonly string[]>> = {
  retry: ['core/examples/retry'],
  'rate-limit': ['core/examples/rate-limit', 'core/examples/budget', 'core/examples/limiter'],
  attribution: ['core/examples/attribution', 'core/examples/attribution-worker'],
  usage: ['core/examples/usage'],
  options: ['core/examples/options'],
  hooks: ['core/examples/span-hooks'],
  middleware: ['core/examples/middleware', 'auto/examples/llmtrace.config'],
};

describe('the examples of retries, rate limits and middleware', () => {
  for (const [page, examples] of Object.entries(PAGES)) {
    it(`stand in docs/${page}.md as they are`, () => {
      const text = readFileSync(file(`../../../../docs/${page}.md`), 'utf8');
      for (const example of examples) {
        const source = readFileSync(file(`../../../${example}.mjs`), 'utf8');
        assert.ok(text.includes(`\`\`\`js\n${source}\`\`\``), example);
      }
    });
  }

  it('repeat what fails twice', async () => {
    assert.equal(await run('retry'), '1 requests, completed\nchat.completion\n');
    assert.equal(await run('retry', { MODEL: 'fail-500-twice' }), '3 requests, completed\nchat.completion\n');
  });

  it('show the user and the tenant of a call', async () => {
    assert.equal(await run('attribution'), 'acme, summary: ann\n');
    assert.equal(await run('attribution-worker'), 'acme: A long text.\n');
  });

  it('give some calls other options', async () => {
    const refused =
      'llmtrace did not send the request: the budget of 1000 tokens a day is spent (process).\n';
    assert.equal(await run('options'), refused);
  });

  it('show the totals so far', async () => {
    const lines = (await run('usage')).replaceAll(/\d+ tokens/g, 'n tokens');
    assert.equal(
      lines,
      'acme: n tokens of output\n'.repeat(2) +
        'initech: n tokens of output\n' +
        "{ tenant: 'acme', model: 'gpt-4o-mini' } 2 calls\n{ tenant: 'initech', model: 'gpt-4o-mini' } 1 calls\n" +
        '3 calls in all\n',
    );
  });

  it('refuse what is over a limit', async () => {
    assert.equal(
      await run('rate-limit'),
      'Who? answered\nWhat? answered\nWhen? rate_limited: openai gpt-4o-mini\n',
    );
  });

  it('refuse what is over a budget', async () => {
    assert.equal(
      await run('budget'),
      'llmtrace did not send the request: the budget of 1000 tokens a day is spent (openai gpt-4o-mini).\n',
    );
  });

  it('limit what is no call at all', async () => {
    assert.equal(await run('limiter'), 'true true false\nwent on\n');
  });

  it('stand between an application and its vendor, and watch', async () => {
    assert.match(
      await run('middleware'),
      /^chat gpt-4o\nthe first chunk is there\ncompleted: 1 request, \d+ chunks\n$/,
    );
    assert.equal(await run('middleware', { CLOSED: '1' }), 'chat gpt-4o\nfailed: not at this time of day\n');
  });

  it('set attributes on the span while it is open', async () => {
    assert.match(await run('span-hooks'), /^completed: \d+ tokens of output\n$/);
  });

  it('configure an application without a change to it', async () => {
    const vendor = await startVendorServer();
    try {
      const { code, stderr } = await runApp(file('../../../auto/examples/chat.mjs'), {
        flags: ['--no-warnings', '--conditions=llmtrace:source', '--import', '@llmtrace/auto'],
        env: {
          OPENAI_API_KEY: 'sk-test',
          OPENAI_BASE_URL: `${vendor.url}/v1`,
          LLMTRACE_CONFIG: file('../../../auto/examples/llmtrace.config.mjs'),
        },
      });
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^gpt-\S+ took \d+ ms\n/);
    } finally {
      await vendor.close();
    }
  });
});
