import assert from 'node:assert/strict';
import { createTraceState, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { fromWire, toWire } from '../../../src/sdk/export-thread/messages.ts';

/** A span with everything that a span can have, and one with nothing that it need not have. */
function endedSpans(): ReadableSpan[] {
  const spans: ReadableSpan[] = [];
  const provider = new BasicTracerProvider({
    spanProcessors: [
      {
        onStart() {},
        onEnd: (span) => void spans.push(span),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  });
  const linked = {
    traceId: '1'.repeat(32),
    spanId: '2'.repeat(16),
    traceFlags: TraceFlags.SAMPLED,
    traceState: createTraceState('a=b'),
  };
  const span = provider.getTracer('app', '1.2.3', { schemaUrl: 'https://example.com' }).startSpan('work', {
    kind: SpanKind.CLIENT,
    attributes: { text: 'x', numbers: [1, 2], yes: true },
    links: [{ context: linked, attributes: { of: 'a link' } }, { context: linked }],
  });
  span.addEvent('happened', { at: 1 });
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'why' });
  span.end();
  provider.getTracer('app').startSpan('idle').end();
  assert.equal(spans.length, 2);
  return spans;
}

describe('the messages to the export thread', () => {
  it('is plain data, and becomes the same span again', () => {
    const resource = emptyResource();
    const seen = (span: ReadableSpan) => {
      const { name, kind, startTime, endTime, duration, ended, status, attributes, events, links } = span;
      const contexts = [span.spanContext(), span.parentSpanContext, ...links.map(({ context }) => context)];
      return {
        ...{ name, kind, startTime, endTime, duration, ended, status, attributes, events },
        scope: span.instrumentationScope,
        links: links.map((link) => [link.attributes, link.droppedAttributesCount ?? 0]),
        contexts: contexts.map((context) => ({ ...context, traceState: context?.traceState?.serialize() })),
      };
    };
    for (const span of endedSpans()) {
      const crossed = fromWire(structuredClone(toWire(span)), resource);
      assert.deepEqual(seen(crossed), seen(span));
      assert.equal(crossed.resource, resource);
    }
  });
});
