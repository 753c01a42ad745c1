/**
 * The spans that other libraries' telemetry makes for model calls. Each library begins its span around the method of the SDK,
 * so that it is the active one while the SDK sends the request.
 */
import { type Attributes, type Context, type Span, type SpanStatus, trace } from '@opentelemetry/api';

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

interface Library {
  readonly scope: RegExp;
  /** Separates its model spans from its other spans. */
  readonly isModelSpan: IsModelSpan;
  /** It never ends the span of some calls, as of those that fail: llmtrace does. */
  readonly leavesOpen?: boolean;
}

const MODEL_SPANS: readonly Library[] = [
  // @anthropic-ai/sdk from 0.134 on, where no instrumentation of the SDK does it: in a bundle
  { scope: /^com\.anthropic\.sdk\.typescript$/, isModelSpan: byOperation },
  // `experimental_telemetry` of the AI SDK 4 to 6, and `LegacyOpenTelemetry` of @ai-sdk/otel
  { scope: /^ai$/, isModelSpan: ({ name }) => /\.do(?:Generate|Stream|Embed)$/.test(name ?? '') },
  // @ai-sdk/otel
  { scope: /^gen_ai$/, isModelSpan: byOperation },
  {
    scope: /^genkit-tracer$/,
    isModelSpan: having('genkit:metadata:subtype', ['model', 'background-model', 'embedder']),
  },
  {
    scope: /^@arizeai\/openinference-instrumentation-/,
    isModelSpan: having('openinference.span.kind', ['LLM', 'EMBEDDING']),
    leavesOpen: true,
  },
  { scope: /^@traceloop\/instrumentation-/, isModelSpan: byOperation, leavesOpen: true },
  { scope: /^@opentelemetry\/instrumentation-openai$/, isModelSpan: byOperation, leavesOpen: true },
];

/** A span of a context. */
interface Recorded {
  /** The span in the context. It may be an object of the library that has the SDK's span. */
  readonly active: Span;
  /** The span of OpenTelemetry's SDK. */
  readonly span: SdkSpan;
  readonly scope: string;
}

export interface ModelSpan extends Recorded {
  /** {@link Library.leavesOpen} */
  readonly leavesOpen: boolean;
}

/** The active span, where it is recorded and a known library has made it for a model call. */
export function modelSpanIn(context: Context): ModelSpan | undefined {
  const found = recordedIn(context);
  if (!found) return undefined;
  const library = MODEL_SPANS.find(({ scope }) => scope.test(found.scope));
  if (!library?.isModelSpan(found.span)) return undefined;
  return { ...found, leavesOpen: library.leavesOpen === true };
}

/** The active span of a library that is not known, where its attributes are those of a call of the same model. */
export function unknownModelSpanIn(context: Context, model: string | undefined): Recorded | undefined {
  const found = recordedIn(context);
  if (!found || model === undefined || found.scope === '' || found.scope.startsWith('@llmtrace/'))
    return undefined;
  const { attributes } = found.span;
  const isSame = attributes?.['gen_ai.request.model'] === model || attributes?.['llm.model_name'] === model;
  return isSame && (byOperation(found.span) || attributes?.['openinference.span.kind'] === 'LLM')
    ? found
    : undefined;
}

function recordedIn(context: Context): Recorded | undefined {
  const active = trace.getSpan(context) as (SdkSpan & { readonly span?: SdkSpan }) | undefined;
  if (!active?.isRecording()) return undefined;
  // OpenInference wraps each span.
  const span = active.attributes ? active : (active.span ?? active);
  const { instrumentationScope, instrumentationLibrary } = span;
  return { active, span, scope: (instrumentationScope ?? instrumentationLibrary)?.name ?? '' };
}
