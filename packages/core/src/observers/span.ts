/** One CLIENT span for each call, with its retries and the reading of its stream. */
import {
  type Span,
  SpanKind,
  SpanStatusCode,
  type SpanOptions as StartOptions,
  type Tracer,
} from '@opentelemetry/api';
import { exceptionOf } from '../errors/index.ts';
import type { Call, Observer } from '../model/call.ts';
import { spanOf } from '../model/call-span.ts';
import { nativeOf } from '../model/native-call.ts';
import {
  endAttributes,
  errorDescription,
  type Naming,
  retryAttributes,
  spanContent,
  spanName,
  startAttributes,
} from './attributes.ts';
import type { SpanHooks } from './span-hooks.ts';

export interface SpanOptions {
  /** Runs before the span of a call ends. */
  readonly responseHook?: SpanHooks['responseHook'];
  /** Whether a failed call's exception is recorded on its span, too. */
  readonly exceptions?: boolean;
  /** Whether message content is recorded, and the maximum length of each text. */
  readonly content?: { readonly maxLength: number | undefined } | undefined;
}

/** The application's settings for the start of a span. */
export interface SpanStart extends Pick<SpanHooks, 'startSpanHook'> {
  readonly name?: string | undefined;
}

/** Starts the span of a call: the SDK's own, where it traces itself and that is adopted. */
export function startSpan(
  tracer: Tracer,
  call: Readonly<Call>,
  naming: Naming,
  { startSpanHook, name = spanName(call, naming) }: SpanStart = {},
): Span {
  // No explicit start time: the SDK corrects it by an offset that differs between spans, so a child might begin
  // before its parent.
  const options = {
    kind: SpanKind.CLIENT,
    attributes: startSpanHook
      ? { ...startAttributes(call, naming), ...startSpanHook(call) }
      : startAttributes(call, naming),
    ...startedBefore(call),
  };
  return nativeOf(call)?.start(name, options, tracer) ?? tracer.startSpan(name, options, call.context);
}

/** Ends the span of each call. */
export function spanObserver(naming: Naming, options: SpanOptions = {}): Observer {
  return {
    end(call) {
      const span = spanOf(call);
      if (!span) return;
      const native = nativeOf(call);
      const foreign = native?.foreign;
      if (native && foreign) {
        native.end(() => describe(foreign, call, naming, options), call.outcome === 'abandoned');
        options.responseHook?.(span, call);
        return;
      }
      const finish = (): void => {
        try {
          if (span.isRecording()) describe(span, call, naming, options);
          options.responseHook?.(span, call);
        } finally {
          span.end(call.endTime);
        }
      };
      if (native) native.end(finish, call.outcome === 'abandoned');
      else finish();
    },
  };
}

/**
 * Of the reading of an answer that was ordered before: it is reported when it has ended, and links to the call before. Of
 * a call that was opened late, or whose thread waited since: whole milliseconds, as the start of its parent has them. A span
 * that begins later than its call may end before its first chunk.
 */
function startedBefore({ reads, startTime }: Call): Pick<StartOptions, 'startTime' | 'links'> {
  if (reads) return { startTime, links: reads.span ? [{ context: reads.span }] : [] };
  const late = Math.floor(performance.now() - startTime);
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
