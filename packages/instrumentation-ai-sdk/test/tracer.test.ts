/** What the SDK gets from the tracer of a run, where the application's telemetry is on. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { OpenOperation, Operations } from '@llmtrace/core';
import { ROOT_CONTEXT, type Span, type Tracer } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { tracerOf } from '../src/tracer.ts';

describe('the tracer of a run of the AI SDK', () => {
  const theirs = new BasicTracerProvider().getTracer('ai');

  /** A run whose operation stays open, and keeps all that it was given but the answer. */
  function runOf(tracer: Tracer | undefined) {
    const kept: unknown[] = [];
    let answer: WeakRef<object> | undefined;
    const operation = {
      record: { context: ROOT_CONTEXT },
      adopt: (...all: unknown[]) => void kept.push(all),
      onAbort: (...all: unknown[]) => void kept.push(all),
      end: () => {},
      endWithout(object: object) {
        answer = new WeakRef(object);
      },
    } as unknown as OpenOperation;
    const operations = { open: () => operation } as unknown as Operations;
    return {
      tracer: tracerOf(operations, undefined, tracer, setImmediate),
      kept,
      answer: () => answer?.deref(),
    };
  }

  for (const [telemetry, tracer] of [
    ['on', theirs],
    ['off', undefined],
  ] as const)
    it(`gives a span that is collected once the application has left the stream, with telemetry ${telemetry}`, async () => {
      const run = runOf(tracer);
      await run.tracer.startActiveSpan('ai.streamText', {}, async (span: Span) => {
        assert.equal(run.answer(), span);
      });
      for (let i = 0; i < 100 && run.answer(); i++) {
        await turn();
        globalThis.gc?.();
      }
      assert.equal(run.answer(), undefined);
      assert.ok(run.kept.length > 0);
    });

  it('gives a span that hands all on to that of the application', async () => {
    let handed: Span | undefined;
    const active: Span[] = [];
    const spying = {
      startSpan: theirs.startSpan.bind(theirs),
      startActiveSpan: (name: string, options: object, inside: (span: Span) => unknown) => {
        const span = theirs.startSpan(name, options);
        active.push(span);
        return inside(span);
      },
    } as unknown as Tracer;
    await runOf(spying).tracer.startActiveSpan('ai.streamText', {}, async (span: Span) => {
      handed = span
        .setAttribute('one', 1)
        .setAttributes({ two: 2 })
        .addEvent('event')
        .addLink({ context: span.spanContext() })
        .addLinks([])
        .setStatus({ code: 2 })
        .updateName('renamed');
      span.recordException(new Error('failed'));
      span.end();
      assert.equal(handed, span);
    });
    const { attributes, events, links, status, name, ended } = active[0] as Span & Record<string, any>;
    assert.deepEqual({ ...attributes }, { one: 1, two: 2 });
    assert.deepEqual(
      [events.length, links.length, status.code, name, ended, handed?.isRecording()],
      [2, 1, 2, 'renamed', true, false],
    );
  });
});
