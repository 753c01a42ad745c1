/** One CLIENT span for each call, with its retries and the reading of its stream. */
import { context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { endAttributes, type Naming, spanName, startAttributes } from '../attributes.ts';
import type { Call, Observer } from '../call.ts';
import { errorMessage } from '../errors.ts';

/** @param tracer asked for at each call, so that a provider that is set later counts. */
export function spanObserver(tracer: () => Tracer, naming: Naming): Observer {
  return {
    start(call) {
      const parent = context.active();
      const options = { kind: SpanKind.CLIENT, attributes: startAttributes(call) };
      call.context = trace.setSpan(parent, tracer().startSpan(spanName(call), options, parent));
    },
    end(call) {
      const span = trace.getSpan(call.context);
      if (!span) return;
      try {
        if (span.isRecording()) describe(span, call, naming);
      } finally {
        span.end(call.endTime);
      }
    },
  };
}

function describe(span: Span, call: Call, naming: Naming): void {
  span.setAttributes(endAttributes(call, naming));
  if (call.error === undefined) return;
  const message = errorMessage(call.error);
  span.setStatus(
    message === undefined ? { code: SpanStatusCode.ERROR } : { code: SpanStatusCode.ERROR, message },
  );
}
