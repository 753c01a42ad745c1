import assert from 'node:assert/strict';
import { aCall } from '@llmtrace/test-fixtures/call';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { Call } from '../../src/model/call.ts';
import { setSpanOf } from '../../src/model/call-span.ts';
import type { EventLogger } from '../../src/model/event-logger.ts';
import { eventObserver, progressEventObserver, startEventObserver } from '../../src/observers/events.ts';
import { spanObserver, startSpan } from '../../src/observers/span.ts';

type Event = Parameters<EventLogger['emit']>[0];

const RELEASED = { semconv: '1.41', costSemconv: 'default', tokenModality: false } as const;
const LATEST = { ...RELEASED, semconv: 'latest' } as const;

/** What loggers get of a call that ends. */
function emitted(call: Call, naming: typeof RELEASED | typeof LATEST, ...enabled: (boolean | undefined)[]) {
  const events: [logger: number, event: Event][] = [];
  const loggers = enabled.map((takes, index): EventLogger => {
    const emit = (event: Event) => void events.push([index, event]);
    return takes === undefined ? { emit } : { emit, enabled: () => takes };
  });
  eventObserver(loggers, naming).end?.(call);
  return events;
}

/** What the logger gets of a stream whose chunks arrive at these times: the chunks so far, and the time of the first one. */
function progressAt(...times: readonly number[]): unknown[] {
  const events: Event[] = [];
  const observer = progressEventObserver([{ emit: (event) => void events.push(event) }]);
  const call = aCall({ attemptTime: 1000 });
  for (const time of times) {
    call.chunks++;
    call.firstChunkTime ??= time;
    observer.chunk?.(call, { choices: [{ delta: { content: 'a secret' } }] }, time);
  }
  return events.map(({ attributes }) => attributes);
}

const progress = (chunks: number, first = 0.5) => ({
  'gen_ai.response.time_to_first_chunk': first,
  'llmtrace.stream.chunks': chunks,
});

const failed = aCall({
  outcome: 'failed',
  error: Object.assign(new TypeError('no sk-abcdefgh'), { status: 500 }),
});

describe('the log events of calls', () => {
  it('report the exception of a failed call, as a warning', () => {
    const [[, event] = []] = emitted(failed, RELEASED, true);
    assert.equal(event?.eventName, 'gen_ai.client.operation.exception');
    assert.deepEqual([event?.severityNumber, event?.severityText], [13, 'WARN']);
    assert.equal(event?.context, failed.context);
    const { 'exception.stacktrace': stack, ...attributes } = event?.attributes ?? {};
    assert.deepEqual(attributes, {
      'exception.type': 'TypeError',
      'exception.message': 'the vendor failed to answer the request',
    });
    assert.match(String(stack), /^TypeError: the vendor failed to answer the request\n\s+at /);
  });

  it('report the start of a call, with the attributes that are known by then', () => {
    const events: Event[] = [];
    const call = aCall({
      outcome: 'completed',
      endTime: 5,
      response: { id: 'r1', usage: { inputTokens: 3 } },
    });
    startEventObserver([{ emit: (event) => void events.push(event) }]).start?.(call);
    const [event] = events;
    assert.equal(event?.eventName, 'llmtrace.client.operation.start');
    assert.equal(event?.context, call.context);
    assert.equal(event?.attributes?.['gen_ai.operation.name'], call.operation);
    assert.equal(event?.attributes?.['gen_ai.usage.input_tokens'], undefined);
  });

  const streams: readonly (readonly [name: string, times: readonly number[], expected: unknown])[] = [
    ['no chunk', [], []],
    ['its first chunk', [1500], [progress(1)]],
    ['chunks within 150 ms', [1500, 1501, 1649.9], [progress(1)]],
    ['a chunk after 150 ms', [1500, 1650], [progress(1), progress(2)]],
    [
      '150 ms from the last event, not from the first',
      [1500, 1890, 1910, 2040],
      [1, 2, 4].map((n) => progress(n)),
    ],
    ['a pause', [1500, 9000, 9001], [progress(1), progress(2)]],
  ];
  for (const [name, times, expected] of streams)
    it(`report the progress of a stream: ${name}`, () => assert.deepEqual(progressAt(...times), expected));

  it('report the progress of each stream by itself, with the attributes of its tenant', () => {
    const events: Event[] = [];
    const observer = progressEventObserver([{ emit: (event) => void events.push(event) }]);
    const calls = ['acme', 'blue'].map((tenant) => aCall({ chunks: 1, attributes: { tenant } }));
    for (const call of calls) observer.chunk?.(call, {}, 5);
    assert.deepEqual(
      events.map(({ eventName, severityText, context, attributes }) => [
        eventName,
        severityText,
        context,
        attributes['llmtrace.tenant.id'],
      ]),
      calls.map((call) => [
        'llmtrace.client.operation.progress',
        'DEBUG',
        call.context,
        call.attributes.tenant,
      ]),
    );
  });

  it('report no exception of a call that did not fail', () => {
    for (const outcome of ['completed', 'cancelled', 'abandoned'] as const) {
      assert.deepEqual(emitted(aCall({ outcome, error: new Error('x') }), RELEASED, true), []);
    }
  });

  it('report every inference in profile `latest`, without content', () => {
    const call = aCall({
      outcome: 'completed',
      endTime: 5,
      response: { id: 'r1', usage: { inputTokens: 3 } },
    });
    const [[, event] = []] = emitted(call, LATEST, true);
    assert.equal(event?.eventName, 'gen_ai.client.inference.operation.details');
    assert.equal(event?.severityNumber, 5);
    assert.deepEqual(event?.attributes, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'server.address': 'api.openai.com',
      'server.port': 443,
      'gen_ai.request.model': 'gpt-4o',
      'openai.api.type': 'chat_completions',
      'gen_ai.response.id': 'r1',
      'gen_ai.usage.input_tokens': 3,
    });
    assert.deepEqual(emitted(aCall({ outcome: 'completed', operation: 'embeddings' }), LATEST, true), []);
    assert.equal(emitted(failed, LATEST, true).length, 2);
  });

  it('go to the first logger that takes them, and are not built where none does', () => {
    assert.deepEqual(
      emitted(failed, RELEASED, false, true, true).map(([logger]) => logger),
      [1],
    );
    assert.deepEqual(
      emitted(failed, RELEASED, undefined).map(([logger]) => logger),
      [0],
    );
    const untold = { ...failed };
    Object.defineProperty(untold, 'error', {
      get: () => {
        throw new Error('Expected no read.');
      },
    });
    assert.deepEqual(emitted(untold, LATEST, false, false), []);
    const unseen = aCall({ chunks: 1 });
    Object.defineProperty(unseen, 'attributes', Object.getOwnPropertyDescriptor(untold, 'error') as object);
    const refusing = { enabled: () => false, emit: () => assert.fail('It takes no event.') };
    progressEventObserver([refusing]).chunk?.(unseen, {}, 5);
  });

  it('come with a span event, too, if that is configured', () => {
    for (const [exceptions, names] of [
      [true, ['exception']],
      [false, []],
    ] as const) {
      const exporter = new InMemorySpanExporter();
      const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
      const call = { ...failed };
      setSpanOf(call, startSpan(provider.getTracer('test'), call, RELEASED));
      spanObserver(RELEASED, { exceptions }).end?.(call);
      const [span] = exporter.getFinishedSpans();
      assert.deepEqual(
        span?.events.map(({ name }) => name),
        names,
      );
      if (exceptions)
        assert.equal(
          span?.events[0]?.attributes?.['exception.message'],
          'the vendor failed to answer the request',
        );
    }
  });
});
