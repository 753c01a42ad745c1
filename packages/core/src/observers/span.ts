/** One CLIENT span for each call, with its retries and the reading of its stream. */
import { type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { exceptionOf } from '../errors/index.ts';
import type { Call, Observer } from '../model/call.ts';
import { setSpanOf, spanOf } from '../model/call-span.ts';
import { nativeOf } from '../model/native-call.ts';
import { LinkedContext } from '../platform/linked-context.ts';
import {
  endAttributes,
  errorDescription,
  type Naming,
  retryAttributes,
  spanContent,
  spanName,
  startAttributes,
} from './attributes.ts';

export interface SpanOptions {
  /** Whether a failed call's exception is recorded on its span, too. */
  readonly exceptions?: boolean;
  /** Whether what is said is recorded, and how much of each text. */
  readonly content?: { readonly maxLength: number | undefined } | undefined;
}

/** @param tracer asked for at each call, so that a provider that is set later counts. */
export function spanObserver(tracer: () => Tracer, naming: Naming, options: SpanOptions = {}): Observer {
  return {
    start(call) {
      const parent = call.context;
      const name = spanName(call);
      // No start time: the SDK reckons a given one by an offset of each span's own, and a child might then begin
      // before its parent.
      const given = { kind: SpanKind.CLIENT, attributes: startAttributes(call), ...startedBefore(call) };
      const span = nativeOf(call)?.start(name, given) ?? tracer().startSpan(name, given, parent);
      setSpanOf(call, span);
      call.context = trace.setSpan(new LinkedContext(parent), span);
    },
    end(call) {
      const span = spanOf(call);
      if (!span) return;
      const finish = (): void => {
        try {
          if (span.isRecording()) describe(span, call, naming, options);
        } finally {
          span.end(call.endTime);
        }
      };
      const native = nativeOf(call);
      if (native) native.end(finish, call.outcome === 'abandoned');
      else finish();
    },
  };
}

/** The start of a call that was opened late. Whole milliseconds, as the start of its parent has them. */
function startedBefore({ startTime, activeTime }: Call): { startTime?: number } {
  const late = Math.floor(activeTime - startTime);
  return late > 0 ? { startTime: Date.now() - late } : {};
}

function describe(span: Span, call: Call, naming: Naming, { exceptions, content }: SpanOptions): void {
  endAttributes(span, call, naming);
  call.retries?.forEach((retry, index) => {
    span.addEvent('llmtrace.retry', retryAttributes(retry, index + 1), retry.time);
  });
  if (call.error !== undefined) {
    const message = errorDescription(call, content);
    span.setStatus({ code: SpanStatusCode.ERROR, message });
    if (exceptions && call.outcome === 'failed') recordException(span, call, message);
  }
  if (content) span.setAttributes(spanContent(call, content.maxLength));
}

function recordException(span: Span, { error, endTime }: Call, message: string): void {
  const { type, stacktrace = '' } = exceptionOf(error, message);
  span.recordException({ name: type, message, stack: stacktrace }, endTime);
}
