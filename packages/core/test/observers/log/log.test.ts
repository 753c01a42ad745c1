import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { createTelemetry, recordDiag } from '@llmtrace/test-fixtures';
import { aCall } from '@llmtrace/test-fixtures/call';
import { context, type SpanContext, trace } from '@opentelemetry/api';
import type { LogOptions } from '../../../src/index.ts';
import type { Call } from '../../../src/model/call.ts';
import { logObserver } from '../../../src/observers/log/log.ts';
import { resolveLog } from '../../../src/observers/log/options.ts';

type Line = [level: string, ...words: unknown[]];

const SPAN: SpanContext = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 };
const inSpan = trace.setSpanContext(context.active(), SPAN);

/** A logger of pino's shape, which keeps its lines. */
function logger(): { lines: Line[]; logger: object } {
  const lines: Line[] = [];
  const at = (level: string) => (fields: object, msg: string) => void lines.push([level, msg, fields]);
  return { lines, logger: { info: at('info'), warn: at('warn'), error: at('error'), debug: at('debug') } };
}

async function log(options: LogOptions, call: Call): Promise<void> {
  const observer = logObserver(resolveLog(options, undefined));
  observer?.start?.(call);
  if (call.outcome) observer?.end?.(call);
  await turn();
}

const asked = { request: { model: 'gpt-4o', messageCount: 2, maxTokens: 50, temperature: 0.2 } };
const answered = {
  ...asked,
  outcome: 'completed' as const,
  startTime: 100,
  endTime: 350.5,
  response: { id: 'r1', finishReasons: ['stop'], usage: { inputTokens: 10, outputTokens: 5 } },
  cost: { total: 0.002, source: 'local' as const },
};

describe('the log lines of calls', () => {
  before(() => void createTelemetry());

  it('are written at the start and the end of a call', async () => {
    const { lines, logger: given } = logger();
    await log({ logger: given }, aCall({ ...answered, context: inSpan }));
    const common = { model: 'gpt-4o', provider: 'openai', trace_id: SPAN.traceId, span_id: SPAN.spanId };
    assert.deepEqual(lines, [
      ['info', 'llm request started', { ...common, message_count: 2, max_tokens: 50, temperature: 0.2 }],
      [
        'info',
        'llm request completed',
        {
          ...common,
          latency: 250.5,
          input_tokens: 10,
          output_tokens: 5,
          total_tokens: 15,
          cost_usd: 0.002,
          finish_reason: 'stop',
          response_id: 'r1',
        },
      ],
    ]);
  });

  it('have the time to the first chunk and the number of chunks of a stream', async () => {
    const { lines, logger: given } = logger();
    const stream = {
      request: { model: 'm', stream: true },
      chunks: 7,
      attemptTime: 100,
      firstChunkTime: 140,
    };
    await log({ logger: given, logRequest: false }, aCall({ ...answered, ...stream }));
    const [, , fields] = lines[0] as [string, string, Record<string, unknown>];
    assert.equal(fields['time_to_first_chunk'], 40);
    assert.equal(fields['chunks'], 7);
  });

  const content = {
    systemInstructions: [{ type: 'text', content: 'be kind' }],
    inputMessages: [{ role: 'user', parts: [{ type: 'text', content: 'hello, model' }] }],
    outputMessages: [
      { role: 'assistant', parts: [{ type: 'text', content: 'hello' }], finish_reason: 'stop' },
    ],
  };

  it('hold no message content by default', async () => {
    for (const options of [{}, { hideContent: true }]) {
      const { lines, logger: given } = logger();
      await log({ logger: given, ...options }, aCall({ ...answered, content }));
      assert.ok(!/hello|kind/.test(JSON.stringify(lines)));
    }
    const { lines, logger: given } = logger();
    const observer = logObserver(resolveLog({ logger: given, hideContent: false }, undefined), 6);
    const call = aCall({ ...answered, content });
    observer?.start?.(call);
    observer?.end?.(call);
    await turn();
    const [asking, answering] = lines.map(([, , fields]) => fields as Record<string, unknown>);
    assert.deepEqual(asking?.['system_instructions'], [{ type: 'text', content: 'be ki…' }]);
    assert.deepEqual(asking?.['input_messages'], [
      { role: 'user', parts: [{ type: 'text', content: 'hello…' }] },
    ]);
    assert.deepEqual(answering?.['output_messages'], content.outputMessages);
    assert.equal(answering?.['input_messages'], undefined);
  });

  it('have of names from outside nothing that begins a line of its own', async () => {
    const { lines, logger: given } = logger();
    const response = { id: `id\u001b[1A${'x'.repeat(900)}`, finishReasons: ['stop\nERROR fake'] };
    await log({ logger: given }, aCall({ ...answered, request: { model: 'm\r\n\u202e' }, response }));
    const fields = lines[1]?.[2] as Record<string, string>;
    assert.equal(fields['model'], 'm\ufffd\ufffd\ufffd');
    assert.equal(fields['finish_reason'], 'stop\ufffdERROR fake');
    assert.equal(fields['response_id']?.length, 500);
  });

  it('have the reason of a failure, at the error level, without the vendor’s own text', async () => {
    const { lines, logger: given } = logger();
    const error = Object.assign(new Error('401 Incorrect API key: sk-proj-abcdef'), {
      status: 401,
      code: 'invalid_api_key',
    });
    await log({ logger: given }, aCall({ ...asked, outcome: 'failed', error, startTime: 0, endTime: 20 }));
    assert.deepEqual(lines[1], [
      'error',
      'llm request failed',
      {
        model: 'gpt-4o',
        provider: 'openai',
        latency: 20,
        error: 'the API key is missing or wrong',
        status_code: 401,
        error_code: 'invalid_api_key',
        error_type: 'auth',
      },
    ]);
  });

  for (const outcome of ['cancelled', 'abandoned'] as const) {
    it(`do not count a call that is ${outcome} as a failure`, async () => {
      const { lines, logger: given } = logger();
      await log({ logger: given }, aCall({ ...asked, outcome, error: new DOMException('x', 'AbortError') }));
      assert.deepEqual(
        lines.map(([level, msg]) => [level, msg]),
        [
          ['info', 'llm request started'],
          ['info', `llm request ${outcome}`],
        ],
      );
    });
  }

  it('have the configured levels', async () => {
    const { lines, logger: given } = logger();
    const options = { logger: given, level: 'debug', errorLevel: 'warn' };
    await log(options, aCall(answered));
    await log(options, aCall({ ...asked, outcome: 'failed', error: new Error('x') }));
    assert.deepEqual(
      lines.map(([level]) => level),
      ['debug', 'debug', 'debug', 'warn'],
    );
  });

  it('are written only for the configured steps', async () => {
    const { lines, logger: given } = logger();
    const failed = aCall({ ...asked, outcome: 'failed', error: new Error('x') });
    for (const one of ['logRequest', 'logResponse', 'logErrors'] as const) {
      for (const call of [aCall(answered), failed]) await log({ logger: given, [one]: false }, call);
      const said = new Set(lines.splice(0).map(([, msg]) => msg));
      const all = ['llm request started', 'llm request completed', 'llm request failed'];
      const left = { logRequest: all[0], logResponse: all[1], logErrors: all[2] }[one];
      assert.deepEqual([...said].sort(), all.filter((msg) => msg !== left).sort());
    }
  });

  it('leave out wrong values that the application passed as a number or a name', async () => {
    const { lines, logger: given } = logger();
    const odd = { request: { model: { a: 1 }, maxTokens: Number.NaN, temperature: () => 1 } as never };
    await log({ logger: given }, aCall(odd));
    assert.deepEqual(lines[0]?.[2], { provider: 'openai', max_tokens: Number.NaN });
  });

  it('are written when the call has gone on, in their order, and in the context of their call', async () => {
    const seen: string[] = [];
    const write = (_fields: object, msg: string) =>
      void seen.push(`${msg} ${trace.getSpanContext(context.active())?.spanId[0]}`);
    const observer = logObserver(resolveLog({ logger: { info: write }, errorLevel: 'info' }, undefined));
    for (const id of ['3', '4']) {
      const active = trace.setSpanContext(context.active(), { ...SPAN, spanId: id.repeat(16) });
      observer?.start?.(aCall({ ...asked, context: active }));
    }
    seen.push('the call went on');
    await turn();
    assert.deepEqual(seen, ['the call went on', 'llm request started 3', 'llm request started 4']);
  });

  const fail = () => {
    throw new Error('no space left');
  };
  for (const [what, broken] of [
    ['throws', fail],
    ['returns a promise that rejects', async () => fail()],
  ] as const)
    it(`are dropped where the logger ${what}, with one warning`, async () => {
      const diag = recordDiag();
      const observer = logObserver(resolveLog({ logger: { info: broken, error: broken } }, undefined));
      for (let n = 0; n < 3; n++) observer?.start?.(aCall(asked));
      await turn();
      diag.stop();
      assert.equal(diag.lines.length, 1);
      assert.match(diag.lines[0]?.text ?? '', /the logger failed.*no space left/);
    });

  it('fit winston, and the console', async () => {
    const entries: unknown[] = [];
    const winston = { transports: [], log: (entry: object) => void entries.push(entry) };
    await log({ logger: winston, logRequest: false }, aCall({ ...answered, request: { model: 'm' } }));
    assert.deepEqual(entries[0], {
      level: 'info',
      message: 'llm request completed',
      model: 'm',
      provider: 'openai',
      latency: 250.5,
      input_tokens: 10,
      output_tokens: 5,
      total_tokens: 15,
      cost_usd: 0.002,
      finish_reason: 'stop',
      response_id: 'r1',
    });
    const texts: string[] = [];
    const console = {
      log: (text: string) => void texts.push(text),
      info: (text: string) => void texts.push(text),
    };
    await log({ logger: console, errorLevel: 'fatal' }, aCall({ ...asked, outcome: 'failed', error: 'x' }));
    const [started, failed] = texts.map((text) => JSON.parse(text));
    assert.deepEqual([started.level, started.msg], ['info', 'llm request started']);
    assert.deepEqual([failed.level, failed.msg], ['fatal', 'llm request failed']);
  });
});

describe('the option `log`', () => {
  const wrong: [given: unknown, message: RegExp][] = [
    ['loud', /^Expected `log` to be one of json, pretty, off, got "loud"\.$/],
    [7, /^Expected `log` to be one of json, pretty, off, got 7\.$/],
    [{ mode: 'xml' }, /^Expected `log\.mode` to be one of/],
    [{ level: '' }, /^Expected `log\.level` to be the name of a level/],
    [{ logger: {} }, /^Expected `log\.logger` to be a logger with a method `info` or `log`, got object\.$/],
    [{ logger: null }, /^Expected `log\.logger`/],
    [{ hideContent: 'no' }, /^Expected `log\.hideContent` to be a boolean, got "no"\.$/],
  ];
  for (const [given, message] of wrong) {
    it(`is refused where it is ${JSON.stringify(given)}`, () => {
      assert.throws(() => resolveLog(given as LogOptions, undefined), { name: 'TypeError', message });
    });
  }

  it('is off by default', () => {
    assert.equal(resolveLog(undefined, undefined).mode, 'off');
    assert.equal(resolveLog(undefined, 'json').mode, 'json');
    assert.equal(resolveLog({}, 'pretty').mode, 'pretty');
    assert.equal(resolveLog('off', 'json').mode, 'off');
    assert.equal(logObserver(resolveLog({ ...logger(), mode: 'off' }, undefined)), undefined);
  });

  it('stays the same where it is completed again', () => {
    const once = resolveLog({ level: 'debug', mode: 'pretty' }, undefined);
    assert.deepEqual(resolveLog(once, 'json'), once);
  });
});
