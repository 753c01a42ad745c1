/** The public names of the package, against docs/api.md: each has a place there, and none is there in vain. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as core from '@llmtrace/core';
import * as gemini from '@llmtrace/core/gemini';
import * as internal from '@llmtrace/core/internal';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

const documented = new Set(
  read('../../../docs/api.md')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name)),
);

const exported = new Set(
  [...read('../src/index.ts').matchAll(/\{([^}]*)\}/g)]
    .flatMap(([, names = '']) => names.split(','))
    .map((name) => name.replace('type ', '').trim())
    .filter((name) => name !== ''),
);

describe('the names of @llmtrace/core', () => {
  it('are all in docs/api.md, and no others', () => {
    assert.deepEqual([...documented].sort(), [...exported].sort());
    for (const name of Object.keys(core)) assert.ok(exported.has(name), name);
  });

  it('are the same things in all doors: there is one copy of the state', () => {
    for (const door of [core, gemini])
      for (const [name, value] of Object.entries(door))
        assert.equal(Reflect.get(internal, name), value, name);
  });
});
