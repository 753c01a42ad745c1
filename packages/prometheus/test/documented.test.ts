/** docs/prometheus.md has each metric with its type and its labels, and no other. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Registry } from 'prom-client';
import { prometheusObserver } from '../src/index.ts';

const page = readFileSync(new URL('../../../docs/prometheus.md', import.meta.url), 'utf8');
const documented = [...page.matchAll(/^\| `(llmtrace_\w+)` \| (\w+) \| ([\w, ]+) \|/gm)].map(
  ([, name, type, labels]) => `| \`${name}\` | ${type} | ${labels} |`,
);

/** The rows of the page's table, without their last column. */
function rows(): string[] {
  const register = prometheusObserver().register as Registry;
  return register.getMetricsAsArray().map((metric) => {
    const { name, labelNames } = metric as unknown as { name: string; labelNames: string[] };
    return `| \`${name}\` | ${metric.constructor.name.toLowerCase()} | ${labelNames.join(', ')} |`;
  });
}

describe('docs/prometheus.md', () => {
  it('has each metric with its type and its labels', () => {
    const missing = rows().filter((row) => !documented.includes(row));
    if (missing.length > 0) assert.fail(`add to the table of docs/prometheus.md:\n${missing.join('\n')}`);
  });

  it('has no other metric', () => {
    const made = rows();
    assert.deepEqual(
      documented.filter((row) => !made.includes(row)),
      [],
    );
  });
});
