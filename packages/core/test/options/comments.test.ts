/** What editors show of an option: the comment of its field in `LlmTraceConfig` agrees with the option's table. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { OPTION_TABLE, PLAIN_DEFAULTS, PLAIN_RULES } from '../../src/option-tables.ts';

const source = readFileSync(new URL('../../src/config.ts', import.meta.url), 'utf8');

/** The comment before a field of `LlmTraceConfig`, without its asterisks. */
function commentOf(name: string): string | undefined {
  const [before, after] = source.split(`\n  ${name}?: `);
  const comment = after === undefined ? undefined : before?.slice(before.lastIndexOf('/**'));
  return comment?.replaceAll(/\s*\n\s*\*\s*/g, ' ');
}

/** `enabled` is a field of OpenTelemetry's `InstrumentationConfig`. */
const NAMES = (Object.keys(PLAIN_RULES) as (keyof typeof PLAIN_RULES)[]).filter((name) => name !== 'enabled');

const inWords = (byDefault: unknown): string => (byDefault === undefined ? 'none' : inspect(byDefault));

describe('the comments of the options', () => {
  for (const name of NAMES) {
    it(`have the variable and the default of ${name}`, () => {
      const comment = commentOf(name);
      if (comment === undefined) return assert.fail(`LlmTraceConfig in config.ts has no field \`${name}?:\``);
      const { variable = '' } = OPTION_TABLE.find(({ option }) => option === name) ?? {};
      if (!comment.includes(variable))
        assert.fail(`add ${variable} to the comment of \`${name}\` in config.ts`);
      const byDefault = `@default ${inWords(PLAIN_DEFAULTS[name])}`;
      if (!comment.includes(byDefault))
        assert.fail(`write \`${byDefault}\` in the comment of \`${name}\` in config.ts: ${comment}`);
    });
  }
});
