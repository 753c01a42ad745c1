import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withVariables } from '../../../../scripts/lib/option-table.mjs';
import { SETTINGS_TABLE } from '../../../auto/src/settings.ts';
import { OPTION_TABLE } from '../../src/option-tables.ts';
import { nearest, unknownVariables, VARIABLES } from '../../src/options/variables.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Full names: not `LLMTRACE_RETRY_*`, nor a part of a name. */
const namesIn = (text: string): string[] => text.match(/\bLLMTRACE_[A-Z]+(?:_[A-Z]+)*\b(?![_*])/g) ?? [];

/** Asserts that two lists have the same names; the message has the remedy for each name in only one of them. */
function assertSame(
  names: readonly string[],
  wanted: readonly string[],
  cure: { missing: string; extra: string },
): void {
  const missing = wanted.filter((name) => !names.includes(name));
  const extra = names.filter((name) => !wanted.includes(name));
  const lines = [
    ...missing.map((name) => `${name}: ${cure.missing}`),
    ...extra.map((name) => `${name}: ${cure.extra}`),
  ];
  if (lines.length > 0) assert.fail(lines.join('\n'));
  assert.equal(new Set(names).size, names.length, 'a name is in the list twice');
}

describe('the variables of llmtrace', () => {
  it('are all in one list, which has no others', () => {
    const sources = globSync('packages/*/src/**/*.ts', { cwd: root }).filter(
      (file) => !file.endsWith('options/variables.ts'),
    );
    const used = new Set(sources.flatMap((file) => namesIn(read(file))));
    assertSame(VARIABLES, [...used], {
      missing: 'add to VARIABLES of packages/core/src/options/variables.ts',
      extra: 'remove from VARIABLES of packages/core/src/options/variables.ts, for no source reads it',
    });
  });

  it('are all in the option tables, which README.md shows', () => {
    const tables = [...OPTION_TABLE, ...SETTINGS_TABLE];
    const described = tables.flatMap(({ variable = '' }) =>
      variable.startsWith('LLMTRACE_') ? variable : [],
    );
    assertSame(described, VARIABLES, {
      missing: 'describe in an option table (CONTRIBUTING.md, "Adding an option")',
      extra: 'add to VARIABLES of packages/core/src/options/variables.ts',
    });
    const readme = read('README.md');
    assert.equal(
      readme,
      withVariables(readme, OPTION_TABLE, SETTINGS_TABLE),
      "README.md's table of variables is not up to date. Run: npm run build && node scripts/docs/options.mjs",
    );
  });

  it('have a value, a default and a description in words', () => {
    for (const { variable, ...words } of [...OPTION_TABLE, ...SETTINGS_TABLE])
      for (const word of [words.expected, words.byDefault, words.description])
        assert.ok(word.trim(), `${variable ?? words.option} ${JSON.stringify(words)}`);
  });

  const NEAREST: [string, string | undefined][] = [
    ['LLMTRACE_CONSOL', 'LLMTRACE_CONSOLE'],
    ['llmtrace_console', 'LLMTRACE_CONSOLE'],
    ['LLMTRACE_RETRYS', 'LLMTRACE_RETRY'],
    ['LLMTRACE_PROMETEUS_PORT', 'LLMTRACE_PROMETHEUS_PORT'],
    ['LLMTRACE_BUDGET_USED', 'LLMTRACE_BUDGET_USD'],
    ['LLMTRACE_COLOUR_SCHEME', undefined],
    ['LLMTRACE_X', undefined],
    ['LLMTRACE_', undefined],
    [`LLMTRACE_${'A'.repeat(100_000)}`, undefined],
  ];
  for (const [name, expected] of NEAREST) {
    it(`are guessed from ${name.slice(0, 40)}: ${expected ?? 'none'}`, () => {
      assert.equal(nearest(name, VARIABLES), expected);
    });
  }

  it('are distinguished from variables of other programs', () => {
    const env = { LLMTRACE_CONSOLE: 'true', LLMTRACE_CONSOL: 'true', PATH: '/bin', MY_LLMTRACE_X: '1' };
    assert.deepEqual(unknownVariables(env), ['LLMTRACE_CONSOL']);
    const many = Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [`LLMTRACE_N${n}_${'A'.repeat(99)}`, '']),
    );
    const named = unknownVariables(many);
    assert.deepEqual([named.length, named[0]?.length], [10, 80]);
  });
});
