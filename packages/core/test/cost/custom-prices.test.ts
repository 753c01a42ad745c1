import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import sinon from 'sinon';
import { clearPrices, costOf, loadPrices, type OwnPrice, setPrice } from '../../src/cost/cost.ts';
import type { Cost, Usage } from '../../src/model/call.ts';

const PLAIN: Usage = { inputTokens: 1000, outputTokens: 100 };

function cost(model: string, usage: Usage = PLAIN, provider = 'openai', answered = model): Cost | undefined {
  return costOf({
    provider,
    request: { model },
    response: { model: answered, usage },
    outcome: 'completed',
  });
}

function near(actual: number | undefined, expected: number): void {
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= 1e-12, `${actual}, not ${expected}`);
}

describe('a price of your own', () => {
  afterEach(clearPrices);

  it('is stated by the million or by the thousand', () => {
    setPrice('million', { inputPer1M: 2, outputPer1M: 8 });
    setPrice('thousand', { inputPer1K: 0.002, outputPer1K: 0.008 });
    for (const model of ['million', 'thousand']) near(cost(model)?.total, (1000 * 2 + 100 * 8) / 1e6);
    assert.equal(cost('million')?.source, 'user');
  });

  it('has rates for parts, and falls back to the rate of the whole', () => {
    setPrice('mine', { inputPer1M: 10, cacheReadPer1M: 1, outputPer1M: 20, reasoningPer1M: 30 });
    const usage = {
      inputTokens: 1000,
      cacheReadTokens: 400,
      cacheWriteTokens: 100,
      outputTokens: 100,
      reasoningTokens: 60,
    };
    near(cost('mine', usage)?.total, (600 * 10 + 400 * 1 + 40 * 20 + 60 * 30) / 1e6);
  });

  it('has rates for caches of an hour', () => {
    setPrice('mine', { inputPer1M: 10, cacheWritePer1M: 12, cacheWrite1hPer1M: 20 });
    const usage = { inputTokens: 1000, cacheWriteTokens: 500, cacheWrite1hTokens: 200 };
    near(cost('mine', usage)?.total, (500 * 10 + 300 * 12 + 200 * 20) / 1e6);
  });

  it('has rates by modality', () => {
    setPrice('mine', {
      inputPer1M: 10,
      inputAudioPer1M: 40,
      cacheReadPer1M: 1,
      cacheReadAudioPer1M: 4,
      outputPer1M: 20,
      outputAudioPer1M: 80,
    });
    const usage = {
      inputTokens: 1000,
      inputAudioTokens: 600,
      cacheReadTokens: 300,
      cacheReadAudioTokens: 200,
      outputTokens: 100,
      outputAudioTokens: 90,
    };
    near(cost('mine', usage)?.total, (300 * 10 + 400 * 40 + 100 * 1 + 200 * 4 + 10 * 20 + 90 * 80) / 1e6);
  });

  it('has prices for searches and for the request', () => {
    setPrice('mine', { inputPer1M: 1, perWebSearch: 0.01, perFileSearch: 0.002, perRequest: 0.005 });
    near(
      cost('mine', { inputTokens: 1e6, webSearches: 2, fileSearches: 3 })?.total,
      1 + 0.02 + 0.006 + 0.005,
    );
    near(cost('mine', { inputTokens: 1e6 })?.input, 1);
  });

  it('may be 0', () => {
    setPrice('gpt-4o', { inputPer1M: 0, outputPer1M: 0 });
    assert.deepEqual(cost('gpt-4o'), { total: 0, input: 0, output: 0, source: 'user' });
  });

  it('wins over the shipped one, also of a model already priced, until it is replaced', () => {
    near(cost('gpt-4o')?.total, 0.0035);
    setPrice('GPT-4o ', { inputPer1M: 1, outputPer1M: 1 });
    near(cost('gpt-4o')?.total, 0.0011);
    setPrice('gpt-4o', { inputPer1M: 2, outputPer1M: 2 });
    near(cost('gpt-4o')?.total, 0.0022);
    clearPrices();
    near(cost('gpt-4o')?.total, 0.0035);
  });

  it('of the requested model wins over the shipped one of the model that answered', () => {
    setPrice('my-deployment', { inputPer1M: 1 });
    near(cost('my-deployment', PLAIN, 'azure.ai.openai', 'gpt-4o')?.total, 0.001);
  });

  it('may hold for one provider', () => {
    setPrice('gpt-4o', { inputPer1M: 1 }, { provider: 'my-gateway' });
    near(cost('gpt-4o', PLAIN, 'my-gateway')?.total, 0.001);
    near(cost('gpt-4o')?.total, 0.0035);
    setPrice('gpt-4o', { inputPer1M: 9 });
    near(cost('gpt-4o', PLAIN, 'my-gateway')?.total, 0.001);
    near(cost('gpt-4o')?.total, 0.009);
  });

  const wrong: [what: string, price: unknown, message: string][] = [
    ['no object', 5, 'Expected the price of `mine` to be an object, got 5.'],
    ['null', null, 'Expected the price of `mine` to be an object, got null.'],
    ['nothing at all', {}, 'Expected a rate such as `inputPer1M` of `mine`.'],
    [
      'a negative rate',
      { inputPer1M: -1 },
      'Expected `inputPer1M` of `mine` to be a number from 0 to 1000000000, got -1.',
    ],
    [
      'a text',
      { inputPer1M: '1' },
      'Expected `inputPer1M` of `mine` to be a number from 0 to 1000000000, got "1".',
    ],
    [
      'NaN',
      { inputPer1M: Number.NaN },
      'Expected `inputPer1M` of `mine` to be a number from 0 to 1000000000, got NaN.',
    ],
    [
      'an unknown field',
      { input: 1 },
      'Unknown field `input` of `mine`. Known are inputPer1M, outputPer1M, cacheReadPer1M and so on.',
    ],
    ['a misspelt field', { inputPer1m: 1 }, 'Unknown field `inputPer1m` of `mine`. Meant is `inputPer1M`.'],
    [
      'a rate said twice',
      { inputPer1M: 1, inputPer1K: 1 },
      'Expected only one of `inputPer1M` and `inputPer1K` of `mine`.',
    ],
    [
      'a part without its whole',
      { cacheReadPer1M: 1 },
      'Expected `inputPer1M` beside `cacheReadPer1M` of `mine`: one is a part of the other.',
    ],
    [
      'an hour without the cache',
      { inputPer1M: 1, cacheWrite1hPer1M: 1 },
      'Expected `cacheWritePer1M` beside `cacheWrite1hPer1M` of `mine`: one is a part of the other.',
    ],
    [
      'reasoning without output',
      { inputPer1M: 1, reasoningPer1M: 1 },
      'Expected `outputPer1M` beside `reasoningPer1M` of `mine`: one is a part of the other.',
    ],
    [
      'audio and a cache, but no cached audio',
      { inputPer1M: 1, cacheReadPer1M: 1, inputAudioPer1M: 1 },
      'Expected `cacheReadAudioPer1M` beside `cacheReadPer1M` and `inputAudioPer1M` of `mine`.',
    ],
    [
      'parts that overlap',
      { outputPer1M: 1, reasoningPer1M: 1, outputAudioPer1M: 1 },
      'Expected not both `reasoningPer1M` and `outputAudioPer1M` of `mine`: they may overlap.',
    ],
  ];
  for (const [what, price, message] of wrong) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => setPrice('mine', price as OwnPrice), new TypeError(message));
      assert.equal(cost('mine'), undefined);
    });
  }

  it('is refused with a wrong model or scope', () => {
    const price = { inputPer1M: 1 };
    const refused = (model: unknown, scope: unknown) => () =>
      setPrice(model as string, price, scope as object);
    assert.throws(
      refused('', {}),
      new TypeError('Expected the model of a price to be a non-empty string, got "".'),
    );
    assert.throws(
      refused(7, {}),
      new TypeError('Expected the model of a price to be a non-empty string, got 7.'),
    );
    assert.throws(
      refused('mine', 'groq'),
      new TypeError('Expected the scope of `mine` to be an object, got "groq".'),
    );
    assert.throws(
      refused('mine', { servicetier: 'flex' }),
      new TypeError('Expected the scope of `mine` to have no `servicetier` (did you mean `serviceTier`?).'),
    );
    assert.throws(
      refused('mine', { provider: '' }),
      new TypeError('Expected `provider` of `mine` to be a non-empty string, got "".'),
    );
    assert.throws(
      refused('mine', { serviceTier: 1 }),
      new TypeError('Expected `serviceTier` of `mine` to be a non-empty string, got 1.'),
    );
  });
});

describe('a prices file', () => {
  let folder: string;
  let warn: sinon.SinonSpy;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'llmtrace-test-'));
    warn = sinon.fake();
    const quiet = () => undefined;
    diag.setLogger(
      { debug: quiet, error: quiet, info: quiet, verbose: quiet, warn },
      { logLevel: DiagLogLevel.ALL },
    );
    warn.resetHistory();
  });

  afterEach(() => {
    diag.disable();
    clearPrices();
    rmSync(folder, { recursive: true });
  });

  function file(content: unknown): string {
    const path = join(folder, 'prices.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  it('gives models their prices, by provider and tier too', () => {
    const tiers = [
      { inputPer1M: 1, provider: 'groq' },
      { inputPer1M: 2, provider: 'openai', serviceTier: 'flex' },
    ];
    assert.equal(loadPrices(file({ mine: { inputPer1M: 3, outputPer1M: 4 }, tiered: tiers })), true);
    near(cost('mine')?.total, 0.0034);
    assert.equal(cost('mine')?.source, 'user');
    near(cost('tiered', PLAIN, 'groq')?.total, 0.001);
    assert.equal(cost('tiered'), undefined);
    sinon.assert.notCalled(warn);
  });

  it('wins over the shipped prices, and setPrice() over it', () => {
    loadPrices(file({ 'gpt-4o': { inputPer1M: 1 }, mine: { inputPer1M: 1 } }));
    setPrice('mine', { inputPer1M: 2 });
    near(cost('gpt-4o')?.total, 0.001);
    near(cost('mine')?.total, 0.002);
    near(cost('mine', PLAIN, 'openai', 'gpt-4o')?.total, 0.002);
  });

  it('replaces the file before', () => {
    loadPrices(file({ one: { inputPer1M: 1 } }));
    loadPrices(file({ two: { inputPer1M: 1 } }));
    assert.equal(cost('one'), undefined);
    near(cost('two')?.total, 0.001);
  });

  const broken: [what: string, content: unknown, message: RegExp][] = [
    ['is no JSON', '{ "gpt-4o": ', /^Expected \S+prices\.json to be JSON: /],
    ['is no object', [1], /^Expected the prices in \S+prices\.json to be an object, got an array\.$/],
    [
      'has a price that is none',
      { mine: 1 },
      /^Expected the price of `mine` in \S+prices\.json to be an object, got 1\.$/,
    ],
    [
      'has a wrong rate',
      { 'gpt-4o': { inputPer1M: 1 }, mine: { inputPer1M: '2' } },
      /^Expected `inputPer1M` of `mine` in \S+prices\.json to be a number from 0 to 1000000000, got "2"\.$/,
    ],
    [
      'has a wrong provider',
      { mine: { inputPer1M: 1, provider: 5 } },
      /^Expected `provider` of `mine` in \S+prices\.json to be a non-empty string, got 5\.$/,
    ],
    [
      'has an unknown field',
      { mine: { inputPer1M: 1, currency: 'EUR' } },
      /^Unknown field `currency` of `mine` in \S+prices\.json\./,
    ],
  ];
  for (const [what, content, message] of broken) {
    it(`that ${what} changes nothing, and one warning says why`, () => {
      assert.equal(loadPrices(file(content)), false);
      near(cost('gpt-4o')?.total, 0.0035);
      sinon.assert.calledOnce(warn);
      const [line] = warn.firstCall.args as [string];
      assert.ok(line.startsWith('llmtrace: the prices file is ignored. '), line);
      assert.match(line.replace('llmtrace: the prices file is ignored. ', ''), message);
    });
  }

  it('that does not exist changes nothing, and one warning says so', () => {
    assert.equal(loadPrices(join(folder, 'none.json')), false);
    sinon.assert.calledOnceWithMatch(warn, /^llmtrace: the prices file is ignored\. ENOENT.*none\.json/);
  });
});
