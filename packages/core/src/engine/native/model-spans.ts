/**
 * The spans that other libraries' telemetry makes for model calls. Each library begins its span around the method of the SDK,
 * so that it is the active one while the SDK sends the request.
 */
import {
  type Attributes,
  type Context,
  createContextKey,
  type Span,
  type SpanStatus,
  trace,
} from '@opentelemetry/api';
import type { OtherModelSpan } from '../../model/operations.ts';

/** A span as both lines of OpenTelemetry's SDK have it. */
export interface SdkSpan extends Span {
  readonly name?: string;
  readonly attributes?: Attributes;
  readonly resource?: object;
  readonly status?: SpanStatus;
  readonly instrumentationScope?: { readonly name?: string };
  readonly instrumentationLibrary?: { readonly name?: string };
}

type IsModelSpan = (span: SdkSpan) => boolean;

const having =
  (attribute: string, values: readonly string[]): IsModelSpan =>
  ({ attributes }) =>
    values.includes(String(attributes?.[attribute]));

/** By the name of the GenAI conventions. */
const byOperation = having('gen_ai.operation.name', [
  'chat',
  'text_completion',
  'generate_content',
  'embeddings',
]);

/** By the name of OpenInference. */
const byKind = having('openinference.span.kind', ['LLM', 'EMBEDDING']);

interface Library {
  readonly scope: RegExp;
  /** Separates its model spans from its other spans. */
  readonly isModelSpan: IsModelSpan;
  /** It never ends the span of some calls, as of those that fail: llmtrace does. */
  readonly leavesOpen?: boolean;
  /** It ends the span of a stream once the application has read it, and never where that leaves it, or it breaks off: llmtrace does. */
  readonly leavesStreams?: boolean;
  /** It sets fewer tokens than the vendor counts: the span gets those of the call alone. */
  readonly countsLess?: boolean;
}

const MODEL_SPANS: readonly Library[] = [
  // @anthropic-ai/sdk from 0.134 on, where no instrumentation of the SDK does it: in a bundle
  { scope: /^com\.anthropic\.sdk\.typescript$/, isModelSpan: byOperation },
  // `experimental_telemetry` of the AI SDK 4 to 6, and `LegacyOpenTelemetry` of @ai-sdk/otel
  {
    scope: /^ai$/,
    isModelSpan: ({ name }) => /\.do(?:Generate|Stream|Embed)$/.test(name ?? ''),
    leavesStreams: true,
  },
  // @ai-sdk/otel
  { scope: /^gen_ai$/, isModelSpan: byOperation, leavesStreams: true },
  {
    scope: /^genkit-tracer$/,
    isModelSpan: having('genkit:metadata:subtype', ['model', 'background-model', 'embedder']),
  },
  // @google/adk, which sets the attributes once the model has answered, and leaves the tokens of thoughts out
  { scope: /^gcp\.vertex\.agent$/, isModelSpan: ({ name }) => name === 'call_llm', countsLess: true },
  // promptfoo, which asks models by `fetch`
  { scope: /^promptfoo\.providers$/, isModelSpan: byOperation },
  // They learn how a call has ended from LangChain, which may send its request again.
  { scope: /^@arizeai\/openinference-instrumentation-langchain$/, isModelSpan: byKind },
  { scope: /^@traceloop\/instrumentation-langchain$/, isModelSpan: byOperation },
  {
    scope: /^@arizeai\/openinference-instrumentation-/,
    isModelSpan: byKind,
    leavesOpen: true,
  },
  { scope: /^@traceloop\/instrumentation-/, isModelSpan: byOperation, leavesOpen: true },
  { scope: /^@opentelemetry\/instrumentation-openai$/, isModelSpan: byOperation, leavesOpen: true },
];

/** A span of a context. */
export interface RecordedSpan {
  /** The span in the context. It may be an object of the library that has the SDK's span. */
  readonly active: Span;
  /** The span of OpenTelemetry's SDK. */
  readonly span: SdkSpan;
  readonly scope: string;
}

export interface ModelSpan extends RecordedSpan {
  /** {@link Library.leavesOpen} */
  readonly leavesOpen: boolean;
  /** {@link Library.leavesStreams} */
  readonly leavesStreams: boolean;
  /** {@link Library.countsLess} */
  readonly countsLess: boolean;
}

/** @strands-agents/sdk, whose tracer has the name of the service. No other library sets that time. */
const STRANDS: Library = {
  scope: /^/,
  isModelSpan: (span) => span.attributes?.['gen_ai.event.start_time'] !== undefined && byOperation(span),
};

const MAX_SCOPES = 1000;
const libraries = new Map<string, Library>();

/** The library of a tracer's scope: twelve expressions take 0.5 µs, and each call within a span would match them. */
function libraryOf(scope: string): Library {
  const known = libraries.get(scope);
  if (known) return known;
  const library = MODEL_SPANS.find((each) => each.scope.test(scope)) ?? STRANDS;
  if (libraries.size < MAX_SCOPES) libraries.set(scope, library);
  return library;
}

/** A span as that of a model call, where a known library has made it for one. */
export function asModelSpan(found: RecordedSpan): ModelSpan | undefined {
  const library = libraryOf(found.scope);
  if (!library.isModelSpan(found.span)) return undefined;
  return {
    ...found,
    leavesOpen: library.leavesOpen === true,
    leavesStreams: library.leavesStreams === true,
    countsLess: library.countsLess === true,
  };
}

/** Whether the attributes of a span are those of a call of this model. */
export function isOfModel({ span, scope }: RecordedSpan, model: string | undefined): boolean {
  if (model === undefined || scope === '' || scope.startsWith('@llmtrace/')) return false;
  const { attributes } = span;
  const isSame = attributes?.['gen_ai.request.model'] === model || attributes?.['llm.model_name'] === model;
  return isSame && (byOperation(span) || attributes?.['openinference.span.kind'] === 'LLM');
}

/** The context key of what finds the spans that are not the active one. */
export const OTHER_SPANS = createContextKey('llmtrace.other-spans');

/** The spans that other libraries have made for a call without making them active. */
export function otherSpansIn(context: Context): readonly OtherModelSpan[] {
  const find = context.getValue(OTHER_SPANS) as (() => readonly OtherModelSpan[]) | undefined;
  return find?.() ?? [];
}

/** The active span, where it is recorded. */
export const recordedSpanIn = (context: Context): RecordedSpan | undefined =>
  recordedSpan(trace.getSpan(context));

export function recordedSpan(found: unknown): RecordedSpan | undefined {
  const active = found as (SdkSpan & { readonly span?: SdkSpan }) | undefined;
  if (!active?.isRecording()) return undefined;
  // OpenInference wraps each span.
  const span = active.attributes ? active : (active.span ?? active);
  return { active, span, scope: scopeNameOf(span) ?? '' };
}

/** The name of the tracer that has made a span; undefined where the span is not of OpenTelemetry's SDK. */
export const scopeNameOf = ({ instrumentationScope, instrumentationLibrary }: SdkSpan): string | undefined =>
  (instrumentationScope ?? instrumentationLibrary)?.name;
