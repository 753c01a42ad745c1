import assert from 'node:assert/strict';
import { coloured, lineOf, ms, plain, usd, whole } from '../../src/console/format.ts';
import { consoleObserver } from '../../src/console/printer.ts';
import { createSummary } from '../../src/console/summary.ts';
import { callOf } from '../calls.ts';
import { AUTO, type Stage, setStage } from '../stage.ts';

const squeezed = (line: string) => line.replace(/ +/g, ' ');

describe('the console: a line a call', () => {
  it('shows model, tokens, cost, time and outcome', () => {
    assert.equal(
      squeezed(lineOf(callOf(), plain)),
      'llmtrace openai gpt-4.1-mini 1,234 in 56 out $0.000583 812 ms ok',
    );
  });

  it('shows cached and reasoning tokens, and the time to the first chunk', () => {
    const call = callOf({
      firstChunkTime: 1210,
      response: {
        usage: { inputTokens: 1234, cacheReadTokens: 1000, outputTokens: 56, reasoningTokens: 12 },
      },
    });
    assert.equal(
      squeezed(lineOf(call, plain)),
      'llmtrace openai gpt-4.1-mini 1,234 in (1,000 cached) 56 out (12 reasoning) $0.000583 812 ms first 210 ms ok',
    );
  });

  it('shows unknown values as unknown, never as 0', () => {
    const call = callOf({ request: {}, response: {}, cost: undefined });
    assert.equal(squeezed(lineOf(call, plain)), 'llmtrace openai – – in – out – 812 ms ok');
  });

  it('names the error of a call that failed, and how a call ended otherwise', () => {
    const error = Object.assign(new Error('secret'), { status: 429 });
    const failed = lineOf(callOf({ outcome: 'failed', error }), plain);
    assert.match(failed, /failed: rate_limit$/);
    assert.doesNotMatch(failed, /secret/);
    assert.match(lineOf(callOf({ outcome: 'cancelled' }), plain), /cancelled$/);
    assert.match(lineOf(callOf({ outcome: 'abandoned' }), plain), /abandoned$/);
  });

  it('has of a model nothing that a terminal acts on, and cuts one that is long', () => {
    const line = lineOf(callOf({ request: { model: 'm\u001b[2J\r\n\u202e' } }), plain);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    assert.doesNotMatch(line, /[\0-\x1f\u202e]/);
    const summary = createSummary();
    summary.add(callOf({ request: { model: 'x'.repeat(5000) } }));
    summary.add(callOf());
    for (const row of [lineOf(callOf({ request: { model: 'x'.repeat(5000) } }), plain), ...summary.table()]) {
      assert.ok(row.length < 200, row);
    }
  });

  it('is aligned', () => {
    const lines = [
      callOf(),
      callOf({ request: { model: 'o3' }, response: {}, cost: undefined, endTime: 3_000 }),
      callOf({ response: { usage: { inputTokens: 9, outputTokens: 123_456 } } }),
    ].map((call) => lineOf(call, plain));
    assert.equal(new Set(lines.map((line) => line.indexOf(' in'))).size, 1);
    assert.equal(new Set(lines.map((line) => line.indexOf(' out'))).size, 1);
    assert.equal(new Set(lines.map((line) => line.lastIndexOf('ok'))).size, 1);
  });

  it('has colours only where they are wanted', () => {
    const call = callOf({ outcome: 'failed', error: new Error('x') });
    assert.ok(!lineOf(call, plain).includes('\u001b'));
    assert.ok(lineOf(call, coloured).includes('\u001b[31mfailed'));
  });

  it('writes amounts as people do', () => {
    assert.deepEqual([undefined, 0, 0.0000001, 0.000583, 0.0123456, 1.5, 1234.567].map(usd), [
      ...['–', '$0', '<$0.000001', '$0.000583', '$0.0123', '$1.50', '$1234.57'],
    ]);
    assert.deepEqual([undefined, 0.4, 999.4, 999.5, 1234, 99_949, 120_000].map(ms), [
      ...['–', '0 ms', '999 ms', '1.00 s', '1.23 s', '99.95 s', '120 s'],
    ]);
    assert.deepEqual([undefined, 0, 1234567].map(whole), ['–', '0', '1,234,567']);
  });
});

describe('the console: a table at the end', () => {
  it('has a row a model, and a total', () => {
    const summary = createSummary();
    summary.add(callOf());
    summary.add(callOf({ endTime: 2000 }));
    summary.add(callOf({ outcome: 'failed', error: new Error('x'), response: {}, cost: undefined }));
    summary.add(callOf({ request: { model: 'gpt-9' }, cost: undefined }));
    assert.deepEqual(summary.table(), [
      'model                calls  errors     in  out         cost     p50     p95',
      'openai gpt-4.1-mini      3       1  2,468  112    $0.001166  812 ms  1.00 s',
      'openai gpt-9             1       0  1,234   56            –  812 ms  812 ms',
      'total                    4       1  3,702  168  ≥ $0.001166  812 ms  1.00 s',
    ]);
  });

  it('is there only where there is something new', () => {
    const summary = createSummary();
    assert.deepEqual(summary.table(), []);
    summary.add(callOf());
    assert.equal(summary.table().length, 2);
    assert.deepEqual(summary.table(), []);
  });

  it('is bounded for models with any name', () => {
    const summary = createSummary();
    for (let i = 0; i < 200; i++) summary.add(callOf({ request: { model: `m${i}` } }));
    const table = summary.table();
    assert.equal(table.length, 53);
    assert.match(table.find((row) => row.startsWith('others')) ?? '', /^others +150 /);
  });

  it('is printed once, after the lines', () => {
    const printed: string[] = [];
    const exits: (() => void)[] = [];
    const observer = consoleObserver({
      color: false,
      print: (line) => printed.push(line),
      onExit: (print) => exits.push(print),
    });
    observer.end?.(callOf());
    observer.end?.(callOf());
    for (const print of [...exits, ...exits]) print();
    assert.equal(printed.length, 3);
    assert.match(printed[2] ?? '', /^\nmodel/);
  });
});

describe('the console of a process', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  after(() => stage.close());

  it('is stderr, if that is configured', async () => {
    const options = { flags: AUTO, env: { LLMTRACE_CONSOLE: 'true' } };
    for (const [run, name] of [
      [stage.run, '../examples/stream.cjs'],
      [stage.runBare, '../examples/chat.mjs'],
    ] as const) {
      const { code, stdout, stderr } = await run(name, options);
      assert.equal(code, 0);
      assert.doesNotMatch(stdout, /llmtrace/);
      const [line, empty, heading, row, ...rest] = stderr.split('\n');
      assert.match(line ?? '', /^llmtrace +openai gpt-4\.1-mini .* ok$/);
      assert.equal(empty, '');
      assert.match(heading ?? '', /^model +calls/);
      assert.match(row ?? '', /^openai gpt-4\.1-mini +1 +0 /);
      assert.deepEqual(rest, ['']);
    }
  });

  it('has one table where the application has the instrumentations in its own SDK, too', async () => {
    const env = { LLMTRACE_CONSOLE: 'true' };
    for (const flags of [AUTO, ['--import', '@llmtrace/auto/hook']]) {
      const { stderr } = await stage.runBare('../examples/own-sdk.mjs', { flags, env });
      assert.equal(stderr.match(/^llmtrace /gm)?.length, 1);
      assert.equal(stderr.match(/^model /gm)?.length, 1);
    }
  });

  it('has its table even where the application ends at once', async () => {
    for (const way of ['exit', 'sigterm', 'throw']) {
      const env = { LLMTRACE_CONSOLE: 'true' };
      const { stderr } = await stage.runBare('apps/exits.mjs', { flags: AUTO, args: [way], env });
      assert.match(stderr, /^openai gpt-4\.1-mini +1 +0 /m);
    }
  });
});
