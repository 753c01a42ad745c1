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
import { eventObserver, startEventObserver } from '../../src/observers/events.ts';
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
