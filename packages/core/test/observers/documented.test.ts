/**
 * README.md, "What is emitted", has each metric; it or a page of docs/ has each attribute whose name does not begin
 * with `gen_ai.`.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createNoopMeter, type Meter } from '@opentelemetry/api';
import { metricsObserver } from '../../src/observers/metrics/calls.ts';
import { resilienceObserver } from '../../src/observers/metrics/resilience.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const [, emitted = ''] = /^## What is emitted$([\s\S]*?)^## /m.exec(read('README.md')) ?? [];

/** The gauge that never reports a value (deferred.ts). */
const SILENT = 'llmtrace.client.collection';

/** The names of the instruments that a function creates. */
function instrumentsOf(make: (meter: Meter) => unknown): string[] {
  const names: string[] = [];
  const meter = new Proxy(createNoopMeter(), {
    get: (target, key) => (name: string) => {
      names.push(name);
      return Reflect.get(target, key)?.call(target, name);
    },
  });
  make(meter);
  return names;
}

const naming = { semconv: '1.41', costSemconv: 'default', tokenModality: false } as const;
const draft = { semconv: 'latest', costSemconv: 'draft', tokenModality: true } as const;
const created = [
  ...[naming, draft].flatMap((names) => instrumentsOf((meter) => metricsObserver(meter, names))),
  ...instrumentsOf(resilienceObserver),
];

/** The names outside of `gen_ai.` in files of the observers, also of files that the above does not know. */
const namesIn = (files: string): string[] =>
  globSync(`packages/core/src/observers/${files}`, { cwd: root }).flatMap((file) =>
    [...read(file).matchAll(/'((?:llmtrace|openai|operation|langfuse)\.[a-z0-9_.]+)'/g)].map(
      ([, name]) => name as string,
    ),
  );

const lacking = (names: readonly string[], text: string): string[] =>
  [...new Set(names)].filter((name) => name !== SILENT && !text.includes(`\`${name}\``)).sort();

describe('the documents', () => {
  it('have each metric', () => {
    assert.ok(created.includes('gen_ai.client.operation.duration'));
    const metrics = namesIn('metrics/*.ts').filter((name) => name.startsWith('llmtrace.client.'));
    const missing = lacking([...created, ...metrics], emitted);
    if (missing.length > 0) assert.fail(`add to the metrics in README.md: ${missing.join(', ')}`);
  });

  it('have each attribute that is none of the GenAI conventions', () => {
    const pages = globSync('docs/*.md', { cwd: root }).map(read);
    const missing = lacking(namesIn('attributes.ts'), [emitted, ...pages].join());
    if (missing.length > 0) assert.fail(`add to the table of attributes in README.md: ${missing.join(', ')}`);
  });
});
