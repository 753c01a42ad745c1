/**
 * Spans of a framework's own telemetry. That of a model call becomes the call's span: it is completed, where a second one
 * would count its tokens twice. It stays the framework's: it keeps its name and what the framework sets, and the framework
 * alone ends it. That of a run gets the run's sums.
 */
import { type Attributes, type AttributeValue, type Span, trace } from '@opentelemetry/api';
import type { Call } from '../../model/call.ts';
import { setNative } from '../../model/native-call.ts';
import { lookUp } from '../../platform/bounds.ts';
import { define } from '../../platform/replace-method.ts';

/** A span as both lines of OpenTelemetry's SDK have it. */
interface SdkSpan extends Span {
  readonly name?: string;
  readonly attributes?: Attributes;
  readonly instrumentationScope?: { readonly name?: string };
  readonly instrumentationLibrary?: { readonly name?: string };
}

/** The model spans of frameworks: for each scope, the test that separates them from its other spans. */
const MODEL_SPANS: Readonly<Record<string, (span: SdkSpan) => boolean>> = {
  // `experimental_telemetry` of the AI SDK 4 to 6, and `LegacyOpenTelemetry` of @ai-sdk/otel
  ai: ({ name }) => /\.do(?:Generate|Stream|Embed)$/.test(name ?? ''),
  // @ai-sdk/otel
  gen_ai: ({ attributes }) => ['chat', 'embeddings'].includes(String(attributes?.['gen_ai.operation.name'])),
};

const scopeOf = ({ instrumentationScope, instrumentationLibrary }: SdkSpan): string =>
  (instrumentationScope ?? instrumentationLibrary)?.name ?? '';

const isModelSpan = (span: SdkSpan): boolean => lookUp(MODEL_SPANS, scopeOf(span))?.(span) === true;

/** A framework that sends two requests within one span has it completed by the first. */
const taken = new WeakSet<Span>();

/** Has the framework's span around a call be that of the call. */
export function takeModelSpan(call: Call): void {
  const span = trace.getSpan(call.context) as SdkSpan | undefined;
  if (!span?.isRecording() || taken.has(span) || !isModelSpan(span)) return;
  taken.add(span);
  const completed = completing(span);
  setNative(call, {
    foreign: completed,
    start(_name, { attributes = {} }) {
      completed.setAttributes(attributes);
      return span;
    },
    run: (args, run) => run(args),
    end: (finish) => finish(),
  });
}

/** Sets what the span lacks. Its name, its status and its end are the framework's. */
function completing(span: SdkSpan): Span {
  const lacks = (name: string): boolean => span.attributes?.[name] === undefined;
  const completed: Span = {
    spanContext: () => span.spanContext(),
    isRecording: () => span.isRecording(),
    setAttribute(name, value) {
      if (lacks(name)) span.setAttribute(name, value);
      return completed;
    },
    setAttributes(attributes) {
      for (const [name, value] of Object.entries(attributes))
        if (value !== undefined) completed.setAttribute(name, value);
      return completed;
    },
    addEvent(...event) {
      span.addEvent(...event);
      return completed;
    },
    addLink: () => completed,
    addLinks: () => completed,
    updateName: () => completed,
    setStatus: () => completed,
    recordException() {},
    end() {},
  };
  return completed;
}

const isUsage = (name: string): boolean => name.startsWith('gen_ai.usage.');

/**
 * Has a framework's span of a run end with more attributes, and without the sums of tokens: they are those of the model spans
 * beneath, and a backend that adds up all spans would count them twice.
 *
 * @param sums read as the span ends.
 * @param onEnd runs after that.
 */
export function takeRunSpan(
  span: Span,
  { sums, keepsUsage }: { sums: () => Attributes; keepsUsage: boolean },
  onEnd: () => void,
): void {
  if (taken.has(span) || !span.isRecording()) return;
  taken.add(span);
  const { setAttribute, setAttributes, end } = span;
  if (!keepsUsage) {
    define(span, 'setAttribute', (name: string, value: AttributeValue) =>
      isUsage(name) ? span : setAttribute.call(span, name, value),
    );
    define(span, 'setAttributes', (attributes: Attributes) =>
      setAttributes.call(
        span,
        Object.fromEntries(Object.entries(attributes).filter(([name]) => !isUsage(name))),
      ),
    );
  }
  define(span, 'end', (...time: Parameters<Span['end']>) => {
    for (const name of ['setAttribute', 'setAttributes', 'end']) Reflect.deleteProperty(span, name);
    setAttributes.call(span, sums());
    end.apply(span, time);
    onEnd();
  });
}
