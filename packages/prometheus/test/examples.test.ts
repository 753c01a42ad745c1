/** The snippet of the documentation: a file that runs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runApp } from '@llmtrace/test-fixtures/run-app';
import { startVendorServer } from '@llmtrace/test-fixtures/server';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

describe('the example of Prometheus', () => {
  it('stands in docs/prometheus.md as it is', () => {
    const page = readFileSync(file('../../../docs/prometheus.md'), 'utf8');
    const example = readFileSync(file('../examples/metrics.mjs'), 'utf8');
    assert.ok(page.includes(`\`\`\`js\n${example}\`\`\``));
  });

  it('prints the metrics of a call', async () => {
    const vendor = await startVendorServer();
    const { code, stdout, stderr } = await runApp(file('../examples/metrics.mjs'), {
      flags: ['--no-warnings', '--conditions=llmtrace:source', '--import', '@llmtrace/auto/hook'],
      env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${vendor.url}/v1` },
    });
    await vendor.close();
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^llmtrace_requests_total\{service="chat",provider="openai",model="gpt-4o-mini"\} 1$/m,
    );
  });
});
