/** Exported functions of modules are claimed as methods are, by the accessors that a line at the module's end hands over. */
import assert from 'node:assert/strict';
import { diag } from '@opentelemetry/api';
import type { Claim } from '../../src/patching/claim.ts';
import { Patcher } from '../../src/patching/patcher.ts';
import type { FunctionPoint, PatchPoint, Vendor } from '../../src/vendor/vendor.ts';

const FILES = /^dist\/src-\w+\.mjs$/;
const point = (name: string, more: Partial<FunctionPoint> = {}): FunctionPoint => ({
  files: FILES,
  name,
  around: ({ original, args }) => original(...args),
  ...more,
});

const vendor = {
  module: 'a-framework',
  extensions: ['.mjs'],
  main: (exports: unknown) => exports,
  endpoints: [],
  functions: [
    point('query'),
    point('constant'),
    point('missing'),
    point('old', { until: '2.0.0' }),
    ...['run', 'gone'].map((name) => point(name, { files: /^dist\/chunk-\w+\.mjs$/, className: 'Agent' })),
  ],
} as unknown as Vendor;

const announce = (file: string, bindings: object): void =>
  (Reflect.get(globalThis, Symbol.for('llmtrace.loaded')) as (...all: unknown[]) => void)(
    `a-framework/${file}`,
    {},
    `file:///app/node_modules/a-framework/${file}`,
    bindings,
  );

describe('exported functions', () => {
  const missed: string[] = [];
  const claimOf = (): Claim => ({
    owner: vendor,
    enabled: () => true,
    call: (original, self, args) => `ours, then ${original.apply(self, args)}`,
  });
  const missing = (_copy: unknown, points: readonly PatchPoint[]): void =>
    void missed.push(...points.map(({ method }) => method));

  before(() => new Patcher(vendor, { diag, claimOf, patched: () => {}, missing }).patchWhenLoaded());
  beforeEach(() => {
    missed.length = 0;
  });

  it('are replaced in files of a pattern; those that cannot be are reported', () => {
    let query = (word: string): string => `theirs ${word}`;
    const constant = (): string => 'theirs';
    announce('dist/src-1a2B.mjs', {
      get query() {
        return query;
      },
      set query(value) {
        query = value;
      },
      get constant() {
        return constant;
      },
      set constant(_value) {
        throw new TypeError('Assignment to constant variable.');
      },
    });
    assert.equal(query('word'), 'ours, then theirs word');
    assert.deepEqual([query.name, query.length], ['query', 1]);
    assert.deepEqual(missed, ['constant', 'missing']);
  });

  it('stay as they are in other files', () => {
    const bindings = { query: () => 'theirs' };
    announce('dist/other.mjs', bindings);
    assert.equal(bindings.query(), 'theirs');
    assert.deepEqual(missed, []);
  });

  it('may be methods of a class; those are missed in the file alone that has the class', () => {
    class Agent {
      run(): string {
        return 'theirs';
      }
    }
    announce('dist/chunk-9z8Y.mjs', { Agent: undefined });
    assert.deepEqual(missed, []);
    announce('dist/chunk-1a2B.mjs', { Agent });
    assert.equal(new Agent().run(), 'ours, then theirs');
    assert.deepEqual(missed, ['gone']);
  });
});
