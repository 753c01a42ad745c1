/** Model spans of other libraries, which end before their call, or never. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import {
  type Attributes,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { EngineConfig } from '../../../src/engine/engine-config.ts';
import { endLeftSpans, endUnreadSpans, takeModelSpan } from '../../../src/engine/native/framework-span.ts';
import { OTHER_SPANS } from '../../../src/engine/native/model-spans.ts';
import type { Call } from '../../../src/model/call.ts';
import { setSpanOf } from '../../../src/model/call-span.ts';
import { nativeOf } from '../../../src/model/native-call.ts';

const turns = async (): Promise<void> => {
  await turn();
  await turn();
};

const SCOPE = '@traceloop/instrumentation-openai';
const MODEL = 'gpt-4o-mini';
const ATTRIBUTES = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': MODEL };

describe('the model span of another library', () => {
  const exporter = new InMemorySpanExporter();
  let begun = 0;
  class Counting extends SimpleSpanProcessor {
    override onStart(): void {
      begun++;
    }
  }
  const provider = new BasicTracerProvider({ spanProcessors: [new Counting(exporter)] });
  let told: string[];
  beforeEach(() => {
    told = [];
    begun = 0;
  });
  afterEach(() => {
    exporter.reset();
  });

  const engine: Pick<EngineConfig, 'otherSpans' | 'nativeSpans'> = {
    nativeSpans: 'adopt',
    otherSpans: {
      adopted: (scope) => void told.push(`adopted ${scope}`),
      besides: (scope) => void told.push(`besides ${scope}`),
      endedEarly: (scope) => void told.push(`ended early ${scope}`),
    },
  };

  /** A call within a span of a library, which is the span of the call. */
  function callIn(
    scope: string,
    {
      isNative = false,
      nativeSpans = engine.nativeSpans,
      tracer = provider.getTracer('llmtrace'),
      name = 'chat',
      chunks = 1,
    } = {},
  ) {
    const span = provider.getTracer(scope).startSpan(name, { attributes: ATTRIBUTES });
    const request = { model: MODEL, stream: chunks > 0 };
    const call = { context: trace.setSpan(ROOT_CONTEXT, span), request, chunks } as Call;
    takeModelSpan({ ...engine, nativeSpans }, call, isNative);
    const native = nativeOf(call);
    const started = native?.start('chat', { attributes: { mine: 1 } }, tracer);
    const end = (outcome: Call['outcome'], now = false): void => {
      call.outcome = outcome;
      const fail = (): void =>
        void native?.foreign?.setStatus({ code: SpanStatusCode.ERROR, message: 'failed' });
      native?.end(fail, now);
    };
    return { span, call, native, started, end };
  }

  it('is that of the call', () => {
    const { span, started, end } = callIn(SCOPE);
    assert.equal(started, span);
    end('completed');
    assert.equal(exporter.getFinishedSpans().length, 0, 'the library ends it');
    span.end();
    assert.equal(exporter.getFinishedSpans()[0]?.attributes['mine'], 1);
    assert.deepEqual(told, [`adopted ${SCOPE}`]);
  });

  const sdk = provider.getTracer('llmtrace', '1.0.0');
  const proxies = new ProxyTracerProvider();
  proxies.setDelegate(provider);
  const elsewhere = new BasicTracerProvider().getTracer('llmtrace') as any;
  for (const [what, tracer, isSame] of [
    ['the SDK', sdk, true],
    ['the API, before it', proxies.getTracer('llmtrace'), true],
    ['llmtrace, before both', { _getTracer: () => proxies.getTracer('llmtrace') }, true],
    ['version 1 of the SDK', { startSpan: assert.fail, resource: (sdk as any)._resource }, true],
    ['another provider', elsewhere, false],
    ['version 1 of another provider', { startSpan: () => elsewhere.startSpan('chat'), resource: {} }, false],
  ] as const)
    it(`is ${isSame ? 'that of the call, and no other starts' : 'beside that of the call'}, whose tracer is of ${what}`, () => {
      const { span, started } = callIn(SCOPE, { tracer: tracer as Tracer });
      assert.equal(started === span, isSame);
      assert.equal(begun, 1);
      assert.deepEqual(told, [`${isSame ? 'adopted' : 'besides'} ${SCOPE}`]);
      span.end();
    });

  it("is that of promptfoo's span, too", () => {
    const { span, started } = callIn('promptfoo.providers');
    assert.equal(started, span);
    assert.deepEqual(told, ['adopted promptfoo.providers']);
  });

  it('is ended two turns after its call, which failed', async () => {
    const { end } = callIn(SCOPE);
    end('failed');
    await turn();
    assert.equal(exporter.getFinishedSpans().length, 0);
    await turn();
    assert.deepEqual(exporter.getFinishedSpans()[0]?.status, {
      code: SpanStatusCode.ERROR,
      message: 'failed',
    });
  });

  it('keeps the status and the end of the library', async () => {
    const { span, end } = callIn(SCOPE);
    end('failed');
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'theirs' });
    span.end();
    await turns();
    assert.deepEqual(
      exporter.getFinishedSpans().map(({ status }) => status.message),
      ['theirs'],
    );
  });

  it('is ended with the process', () => {
    callIn(SCOPE).end('failed');
    endLeftSpans();
    assert.equal(exporter.getFinishedSpans().length, 1);
  });

  it('is ended at once with a call that is abandoned', () => {
    callIn(SCOPE).end('abandoned', true);
    assert.equal(exporter.getFinishedSpans().length, 1);
  });

  it('is left to the AI SDK, which ends it once the application has read the answer', async () => {
    const { span, end } = callIn('gen_ai');
    end('completed');
    await turns();
    endLeftSpans();
    assert.ok(span.isRecording());
    span.setAttribute('theirs', 1).end();
    endUnreadSpans();
    assert.deepEqual(
      exporter.getFinishedSpans().map(({ attributes }) => attributes['theirs']),
      [1],
    );
  });

  it('of the AI SDK, which leaves it where the application does not read the answer, is ended with the process', () => {
    callIn('gen_ai').end('completed');
    endUnreadSpans();
    assert.equal(exporter.getFinishedSpans().length, 1);
  });

  it('of the AI SDK, which leaves it where an answer breaks off, is ended by a flush', () => {
    const { span, end } = callIn('ai', { name: 'ai.streamText.doStream' });
    end('failed');
    assert.ok(span.isRecording());
    endLeftSpans();
    assert.deepEqual(exporter.getFinishedSpans()[0]?.status, {
      code: SpanStatusCode.ERROR,
      message: 'failed',
    });
  });

  it('of the AI SDK stays open where a request fails before an answer: the next one may be sent within it', () => {
    const { span, end } = callIn('ai', { name: 'ai.generateText.doGenerate', chunks: 0 });
    end('failed');
    endLeftSpans();
    endUnreadSpans();
    assert.ok(span.isRecording());
    span.end();
  });

  it('of the AI SDK is ended in spite of a processor that throws', () => {
    const { span, end } = callIn('ai', { name: 'ai.streamText.doStream' });
    end('failed');
    const other = callIn('ai', { name: 'ai.streamText.doStream' });
    other.end('failed');
    Object.assign(span, {
      _spanProcessor: {
        onEnding() {},
        onEnd() {
          throw new Error('a processor');
        },
      },
    });
    endLeftSpans();
    assert.equal(exporter.getFinishedSpans().length, 1, 'the other one');
  });

  it('of the AI SDK is ended at once with a call that is abandoned', () => {
    callIn('gen_ai').end('abandoned', true);
    assert.equal(exporter.getFinishedSpans().length, 1);
  });

  it('has the tokens of its call alone where a second request is sent within it', () => {
    const tokens = 'gen_ai.usage.input_tokens';
    const { span, native } = callIn('gen_ai');
    const second = { context: trace.setSpan(ROOT_CONTEXT, span), request: { model: MODEL } } as Call;
    takeModelSpan(engine, second, false);
    assert.equal(nativeOf(second), undefined);
    native?.foreign?.setAttribute(tokens, 1);
    // The library's are the sum of both.
    span.setAttribute(tokens, 3).setAttributes({ [tokens]: 3, theirs: 1 });
    span.end();
    const { attributes } = exporter.getFinishedSpans()[0] ?? {};
    assert.deepEqual([attributes?.[tokens], attributes?.['theirs']], [1, 1]);
    assert.deepEqual(told, ['adopted gen_ai']);
  });

  it('is that of ADK around the request, which has no attributes yet', () => {
    const takes = (name: string): boolean => {
      const span = provider.getTracer('gcp.vertex.agent').startSpan(name);
      const call = { context: trace.setSpan(ROOT_CONTEXT, span), request: { model: MODEL } } as Call;
      takeModelSpan(engine, call, false);
      span.end();
      return nativeOf(call) !== undefined;
    };
    assert.deepEqual(['call_llm', 'invoke_agent weather', 'execute_tool ask'].map(takes), [
      true,
      false,
      false,
    ]);
  });

  it('of ADK gets the tokens of the call alone', () => {
    const span = provider.getTracer('gcp.vertex.agent').startSpan('call_llm');
    const call = { context: trace.setSpan(ROOT_CONTEXT, span), request: { model: MODEL } } as Call;
    takeModelSpan(engine, call, false);
    const native = nativeOf(call);
    native?.start('chat', {}, provider.getTracer('llmtrace'));
    span.setAttributes({ 'gen_ai.usage.output_tokens': 30, 'gen_ai.request.model': MODEL });
    native?.foreign?.setAttribute('gen_ai.usage.output_tokens', 80);
    span.setAttribute('gen_ai.usage.output_tokens', 30).end();
    assert.deepEqual(exporter.getFinishedSpans()[0]?.attributes, {
      'gen_ai.request.model': MODEL,
      'gen_ai.usage.output_tokens': 80,
    });
  });

  it('is that of Strands, whose tracer has the name of the service', () => {
    const takes = (attributes: Attributes): boolean => {
      const span = provider.getTracer('my-service').startSpan('chat', { attributes });
      const call = { context: trace.setSpan(ROOT_CONTEXT, span), request: {} } as Call;
      takeModelSpan(engine, call, false);
      span.end();
      return nativeOf(call) !== undefined;
    };
    const time = { 'gen_ai.event.start_time': '2026-12-01T00:00:00.000Z' };
    assert.ok(takes({ ...ATTRIBUTES, ...time }));
    assert.ok(!takes(ATTRIBUTES));
    assert.ok(!takes({ 'gen_ai.operation.name': 'execute_tool', ...time }));
  });

  it('is reported where it ends before the call', () => {
    const { span, end } = callIn(SCOPE);
    span.end();
    end('completed');
    assert.deepEqual(told, [`adopted ${SCOPE}`, `ended early ${SCOPE}`]);
  });

  describe('that is not the active one', () => {
    const library = '@traceloop/instrumentation-langchain';
    const USAGE = 'gen_ai.usage.input_tokens';

    const spanOf = (): Span => provider.getTracer(library).startSpan('chat', { attributes: ATTRIBUTES });

    /** Whether the call has the first of the spans. */
    function isTaken(spans: readonly (Span | undefined)[], isShared = false): boolean {
      const found = spans.map((span) => ({ library, span, isShared }));
      const call = {
        context: ROOT_CONTEXT.setValue(OTHER_SPANS, () => found),
        request: { model: MODEL },
      } as Call;
      takeModelSpan(engine, call, false);
      const native = nativeOf(call);
      return native?.start('chat', {}, provider.getTracer('llmtrace')) === spans[0] && native !== undefined;
    }

    const tokensOf = (span: Span): unknown => {
      span
        .setAttribute(USAGE, 7)
        .setAttributes({ [USAGE]: 7, other: 1 })
        .end();
      const { attributes } = exporter.getFinishedSpans().at(-1) ?? {};
      assert.equal(attributes?.['other'], 1);
      return attributes?.[USAGE];
    };

    it('is that of the call', () => {
      const span = spanOf();
      assert.ok(isTaken([span]));
      assert.equal(tokensOf(span), 7);
      assert.deepEqual(told, [`adopted ${library}`]);
    });

    it('gets no tokens where there is another one', () => {
      const [first, second] = [spanOf(), spanOf()];
      assert.ok(isTaken([first, second]));
      assert.equal(tokensOf(first), 7);
      assert.equal(tokensOf(second), undefined);
      assert.deepEqual(told, [`besides ${library}`, `adopted ${library}`]);
    });

    it('gets no more tokens where a second call is made', () => {
      const span = spanOf();
      assert.ok(isTaken([span]));
      assert.ok(!isTaken([span]));
      assert.equal(tokensOf(span), undefined);
    });

    it('is none where it may be that of another call', () => {
      const span = spanOf();
      assert.ok(!isTaken([span], true));
      assert.equal(tokensOf(span), undefined);
    });

    it('produces a warning where the library has not made it yet', () => {
      assert.ok(!isTaken([undefined]));
      assert.deepEqual(told, [`besides ${library}`]);
    });
  });

  const usageOf = (span: Span): unknown => {
    span.setAttribute('gen_ai.usage.input_tokens', 7).end();
    return exporter.getFinishedSpans()[0]?.attributes['gen_ai.usage.input_tokens'];
  };

  it('gets no tokens where the SDK itself has a span of the call', () => {
    const { native, span, call } = callIn(SCOPE, { isNative: true });
    setSpanOf(call, provider.getTracer('sdk').startSpan('chat'));
    assert.equal(native, undefined);
    assert.equal(usageOf(span), undefined);
    assert.deepEqual(told, [`besides ${SCOPE}`]);
  });

  it('keeps its tokens where it goes to another provider than that of the SDK', () => {
    const { span, call } = callIn(SCOPE, { isNative: true });
    setSpanOf(call, new BasicTracerProvider().getTracer('sdk').startSpan('chat'));
    assert.equal(usageOf(span), 7);
    assert.deepEqual(told, [`besides ${SCOPE}`]);
  });

  for (const isNative of [false, true])
    it(`stays as it is with \`replace\`, where the SDK ${isNative ? 'traces' : 'does not trace'} itself`, () => {
      const { native, span } = callIn(SCOPE, { isNative, nativeSpans: 'replace' });
      assert.equal(native, undefined);
      assert.equal(usageOf(span), 7);
      assert.deepEqual(told, [`besides ${SCOPE}`]);
    });

  it('is not that of the call where the library is not known', () => {
    const { native, span } = callIn('own-telemetry');
    assert.equal(native, undefined);
    assert.deepEqual(told, ['besides own-telemetry']);
    span.end();
  });
});
