import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runApp } from '@llmtrace/test-fixtures/run-app';
import { startVendorServer } from '@llmtrace/test-fixtures/server';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

describe('the example of own prices', () => {
  it('stands in docs/cost.md as it is', () => {
    const page = readFileSync(file('../../../../docs/cost.md'), 'utf8');
    assert.ok(page.includes(`\`\`\`js\n${readFileSync(file('../../examples/prices.mjs'), 'utf8')}\`\`\``));
  });

  it('prices a model that only the application knows', async () => {
    const vendor = await startVendorServer();
    const { code, stdout, stderr } = await runApp(file('../../examples/prices.mjs'), {
      flags: ['--no-warnings', '--conditions=llmtrace:source', '--import', '@llmtrace/auto/hook'],
      env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${vendor.url}/v1` },
    });
    await vendor.close();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^my-model \{[^}]*total: 0\.0032[^}]*source: 'user'/);
  });
});
