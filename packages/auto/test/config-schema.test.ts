/** The schema of a configuration file accepts the same values of each option as llmtrace. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { AUTO_OPTIONS } from '../src/auto-options.ts';
import { checkOptions } from '../src/config-file.ts';

const require = createRequire(import.meta.url);
const schema = require('@llmtrace/auto/config.schema.json');
const ajv = new Ajv({ allowUnionTypes: true, formats: { uri: URL.canParse } });
const isValid = ajv.compile(schema);
const options: Record<string, any> = schema.definitions.options.properties;

/** Values of all kinds, the edges of every rule among them. */
const VALUES: readonly unknown[] = [
  ...[true, false, 0, 1, -1, 0.5, 1.5, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 1e15, 1e16, 2 ** 53],
  ...[
    '',
    ' ',
    'x',
    'latest',
    'json',
    'off',
    'process',
    'baggage:tenant',
    'baggage:',
    'http://localhost:4318',
  ],
  ...['redis://localhost', 'rediss://localhost', 'http/json', 'otlp', 'keys', 'SPAN_ONLY', 'UTC'],
  ...[
    [],
    [''],
    ['openai'],
    ['otlp', 'console'],
    ['keys', 'x'],
    {},
    { a: 'b' },
    { a: '' },
    { a: 1 },
    { ratio: 0.5 },
  ],
  ...[
    { ratio: 0.5, perSecond: 1 },
    { ratio: 2, perSecond: 1 },
  ],
];
/** What an option needs beside it. */
const BESIDE: Readonly<Record<string, object>> = {
  rateLimit: { rate: 1 },
  budget: { usd: 1 },
  prometheus: { port: 0 },
  redis: { url: 'redis://localhost' },
};
/** A schema knows no time zones, and no URL from a text. */
const IS_TEXT = /^(?:budget\.timeZone|redis\.url)$/;

const propertiesOf = ({ anyOf = [], properties }: any): object =>
  properties ?? anyOf.find((alternative: any) => alternative.properties)?.properties ?? {};

function isTaken(config: object): boolean {
  try {
    checkOptions(config);
    return true;
  } catch {
    return false;
  }
}

function agree(config: object): void {
  assert.equal(isValid(config), isTaken(config), JSON.stringify(config));
}

describe('the schema of a configuration file', () => {
  for (const [name, option] of Object.entries(options)) {
    it(`accepts the same values of \`${name}\` as llmtrace`, () => {
      const nested = Object.keys(propertiesOf(option));
      const whole = VALUES.filter(
        (value) => nested.length === 0 || typeof value !== 'object' || value === null,
      );
      for (const value of whole) agree({ [name]: value });
      for (const field of nested.filter((field) => !IS_TEXT.test(`${name}.${field}`)))
        for (const value of VALUES) agree({ [name]: { ...BESIDE[name], [field]: value } });
    });
  }

  it('has every option that JSON can hold', () => {
    const functions = ['hooks', 'interceptors', 'observers', 'sharedLimits'];
    const { validateConfig } = require('@llmtrace/core');
    assert.throws(() => validateConfig({ noSuchOption: 1 }));
    for (const name of AUTO_OPTIONS) assert.ok(name in options, name);
    const core = readFileSync(new URL('../../core/src/config.ts', import.meta.url), 'utf8');
    const known = [...core.matchAll(/^ {2}(\w+)\?: /gm)].map(([, name = '']) => name);
    const former = ['streamUsage'];
    for (const name of known.filter((option) => ![...functions, ...former].includes(option)))
      assert.ok(name in options, name);
  });

  it('has profiles, and refuses unknown options', () => {
    assert.equal(isValid({ $schema: 'x', profiles: { production: { retry: true } } }), true);
    assert.equal(isValid({ profiles: { production: { retries: true } } }), false);
    assert.equal(isValid({ retries: true }), false);
  });

  it('takes lists of limits and budgets', () => {
    for (const entry of [{ rate: 1 }, { rate: 'x' }]) agree({ rateLimit: [{ rate: 2 }, entry] });
    for (const entry of [{ usd: 1 }, { usd: -1 }]) agree({ budget: [{ tokens: 2 }, entry] });
  });
});
