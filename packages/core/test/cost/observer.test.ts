import assert from 'node:assert/strict';
import { DiagLogLevel, diag, ROOT_CONTEXT } from '@opentelemetry/api';
import sinon from 'sinon';
import { clearPrices, OVERLAY_DATE, PRICES_DATE, pricer } from '../../src/cost/cost.ts';
import type { Call, Usage } from '../../src/model/call.ts';

const PLAIN: Usage = { inputTokens: 1000, outputTokens: 100 };

describe('the price of a call that ends', () => {
  let debug: sinon.SinonSpy;

  beforeEach(() => {
    debug = sinon.fake();
    const quiet = () => undefined;
    diag.setLogger(
      { debug, error: quiet, info: quiet, verbose: quiet, warn: quiet },
      { logLevel: DiagLogLevel.ALL },
    );
    debug.resetHistory();
  });

  afterEach(() => {
    diag.disable();
    clearPrices();
  });

  const ended = (model: string, usage: Usage | undefined = PLAIN, serviceTier?: string): Call => ({
    provider: 'openai',
    operation: 'chat',
    apiType: undefined,
    server: undefined,
    attributes: {},
    request: { model },
    startTime: 0,
    attempts: 1,
    attemptTime: 0,
    response: { model, usage, serviceTier },
    chunks: 0,
    firstChunkTime: undefined,
    lastChunkTime: undefined,
    activeTime: 0,
    outcome: 'completed',
    error: undefined,
    endTime: 1,
    cost: undefined,
    context: ROOT_CONTEXT,
  });

  it('gives a call its cost when it ends', () => {
    const call = ended('gpt-4o');
    assert.deepEqual(pricer()(call), { total: 0.0035, input: 0.0025, output: 0.001, source: 'local' });
    sinon.assert.notCalled(debug);
  });

  it('names a model without a price once, and counts each of its calls', () => {
    const onUnpriced = sinon.fake();
    const price = pricer({ onUnpriced });
    const calls = [ended('mine'), ended('mine'), ended('other')];
    for (const call of calls) assert.equal(price(call), undefined);
    assert.deepEqual(
      onUnpriced.args.map(([call]) => call),
      calls,
    );
    assert.deepEqual(
      debug.args.map(([line]) => line),
      ['mine', 'other'].map(
        (model) =>
          `llmtrace: no cost for ${model} of openai: the price book of ${PRICES_DATE}, amended ${OVERLAY_DATE}, does not have it. Give its price by setPrice() or LLMTRACE_PRICES, or the model that it is by LLMTRACE_MODEL_MAP`,
      ),
    );
  });

  it('says why where it is not the price that is missing', () => {
    const price = pricer({ otherTiers: 'none' });
    price(ended('gpt-4o', { inputTokens: 1, cacheReadTokens: 2 }));
    price(ended('gpt-4o', PLAIN, 'ultrafast'));
    assert.match(debug.args[0]![0], /token counts .* contradict each other$/);
    assert.match(debug.args[1]![0], /the price of its service tier is not known$/);
  });

  it('says nothing of a call that reported no tokens', () => {
    const onUnpriced = sinon.fake();
    pricer({ onUnpriced })(ended('mine', {}));
    sinon.assert.notCalled(onUnpriced);
    sinon.assert.notCalled(debug);
  });

  it('names no more than a thousand models', () => {
    const price = pricer();
    for (let i = 0; i < 1500; i++) price(ended(`model-${i}`));
    sinon.assert.callCount(debug, 1000);
  });

  it('refuses wrong options by name', () => {
    const refused = (options: object) => () => pricer(options);
    assert.throws(refused({ models: [] }), new TypeError('Expected `models` to be an object, got an array.'));
    assert.throws(
      refused({ models: { a: '' } }),
      new TypeError('Expected `models.a` to be the name of a model, got "".'),
    );
    assert.throws(
      refused({ otherTiers: 'x' }),
      new TypeError('Expected `otherTiers` to be standard or none, got "x".'),
    );
    assert.throws(
      refused({ onUnpriced: 1 }),
      new TypeError('Expected `onUnpriced` to be a function, got 1.'),
    );
  });
});
