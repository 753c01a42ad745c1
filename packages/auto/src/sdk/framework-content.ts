/**
 * Frameworks that record prompts and answers on their spans without being asked for it, as soon as OpenTelemetry has any
 * provider. Where that is llmtrace's, which the application has started for other reasons, the content is not exported. It stays
 * on spans that go to a provider of the application's.
 */
import { facts, note } from '@llmtrace/core/internal';
import type { WireSpan } from './export-thread/messages.ts';

interface Framework {
  readonly name: string;
  isOf(scope: string, attributes: WireSpan[1]): boolean;
  /** The names of attributes with content. */
  readonly content: RegExp;
  /** The names of events without content. */
  readonly events?: RegExp;
  /** Its spans cannot be those of calls, and have their tokens, too. */
  readonly countsAgain?: boolean;
}

const FRAMEWORKS: readonly Framework[] = [
  {
    name: '@google/adk',
    isOf: (scope) => scope === 'gcp.vertex.agent',
    content: /^gcp\.vertex\.agent\.(?:llm_request|llm_response|tool_call_args|tool_response|data)$/,
  },
  {
    name: '@livekit/agents',
    isOf: (scope) => scope === 'livekit-agents',
    // Names with `pii` are those from 1.5 on, and include names of persons; the same without it are those of earlier versions.
    content:
      /^(?:lk\.(?:pii\..*|user_input|instructions|chat_ctx|response\.(?:text|function_calls)|function_tool\.(?:arguments|output)|input_text|user_transcript|amd\.transcript|participant_identity)|gen_ai\.(?:input\.messages|output\.messages|system_instructions|tool\.(?:definitions|description|call\.(?:arguments|result))|retrieval\.(?:documents|query\.text)|memory\.(?:query\.text|records)|evaluation\.explanation|prompt\.variable.*))$/,
    events: /^exception$/,
    countsAgain: true,
  },
  {
    name: 'promptfoo',
    isOf: (scope) => scope === 'promptfoo.providers',
    // The label of a prompt is its text where the application gives it none.
    content: /^(?:promptfoo\.(?:request\.body|response\.body|prompt\.label)|tool\.(?:arguments|output))$/,
  },
  {
    name: '@strands-agents/sdk',
    // The tracer and the provider have the name of the service. An application may name its tracer after a provider, too, but has
    // no such time.
    isOf: (scope, attributes) =>
      attributes['gen_ai.event.start_time'] !== undefined &&
      (attributes['gen_ai.system'] === scope || attributes['gen_ai.provider.name'] === scope),
    content:
      /^(?:system_prompt|memory\.(?:query|content|results)|content|message|gen_ai\.(?:agent\.input|input\.messages|output\.messages|system_instructions|tool\.definitions|tool\.call\.(?:arguments|result)))$/,
    events: /^exception$/,
    countsAgain: true,
  },
];

/** A span of such a framework without its content. All other spans stay as they are. */
export function withoutFrameworkContent(span: WireSpan): WireSpan {
  const { 1: spanAttributes, 7: scopeOfSpan } = span;
  if (scopeOfSpan.name.startsWith('@llmtrace/')) return span;
  const framework = FRAMEWORKS.find(({ isOf }) => isOf(scopeOfSpan.name, spanAttributes));
  if (!framework) return span;
  const [name, attributes, events, ...rest] = span;
  if (framework.countsAgain) tellTokens(framework, attributes);
  const kept = Object.entries(attributes).filter(([key]) => !framework.content.test(key));
  const harmless = framework.events ? events?.filter((event) => framework.events?.test(event.name)) : events;
  return [name, Object.fromEntries(kept), harmless, ...rest];
}

function tellTokens({ name }: Framework, attributes: WireSpan[1]): void {
  if (attributes['gen_ai.usage.input_tokens'] === undefined || facts().traced.size === 0) return;
  note(
    {
      code: 'second-instrumentation',
      message: `spans of ${name} have the tokens of calls that llmtrace's spans have, too`,
      cure: 'Sum the tokens of one of them: the scopes of llmtrace begin with @llmtrace/',
      lost: false,
    },
    true,
  );
}
