/** One span for each operation. */
import { type Attributes, type Span, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { cappedToolContent } from '../content/tool-capture.ts';
import { errorMessage } from '../errors/index.ts';
import type { AgentOperation, OperationSubject } from '../model/agent-operation.ts';
import type { LlmAttributes } from '../model/attributes.ts';
import type { Observer } from '../model/call.ts';
import { spanOf } from '../model/call-span.ts';
import { nativeOf } from '../model/native-call.ts';
import { attributionAttributes, type Naming, usageSumAttributes } from './attributes.ts';
import type { AgentUsage } from './conventions.ts';
import {
  addStartAttributes,
  mcpAttributes,
  operationEndAttributes,
  operationSpanName,
  spanKindOf,
} from './operation-attributes.ts';
import { usageSums } from './usage-sums.ts';

interface SpanOptions {
  readonly naming: Naming;
  readonly usage: AgentUsage;
  /** Whether content is recorded, and the maximum length of each text. */
  readonly content?: { readonly maxLength: number | undefined } | undefined;
}

/**
 * Starts the span of an operation: the SDK's own, where it traces itself and that is adopted.
 *
 * @param attributes the user, the tenant and the feature of the operation; names from the framework take precedence.
 */
export function startOperationSpan(
  tracer: Tracer,
  operation: AgentOperation,
  attributes: LlmAttributes,
): Span {
  const { subject, context, link } = operation;
  const name = operationSpanName(subject);
  const named = attributionAttributes(attributes);
  addStartAttributes(named, subject);
  const options = {
    kind: spanKindOf(subject),
    attributes: named,
    links: link ? [{ context: link }] : [],
  };
  return nativeOf(operation)?.start(name, options, tracer) ?? tracer.startSpan(name, options, context);
}

export function operationSpanObserver(options: SpanOptions): Observer {
  return {
    operationEnd(operation) {
      const span = spanOf(operation);
      if (!span) return;
      const finish = (): void => {
        try {
          if (span.isRecording()) describe(span, operation, options);
        } finally {
          span.end(operation.endTime);
        }
      };
      const native = nativeOf(operation);
      if (native) native.end(finish, operation.outcome === 'abandoned');
      else finish();
    },
  };
}

function describe(
  span: Span,
  operation: AgentOperation,
  { naming, usage, content: recorded }: SpanOptions,
): void {
  const { subject, error, errorType } = operation;
  if (operation.usage?.length) usageSumAttributes(span, usageSums(operation), naming);
  span.setAttributes(operationEndAttributes(operation, usage));
  // An MCP request may have been added after the start.
  if (subject.mcp) span.setAttributes(mcpAttributes(subject.mcp, subject.kind));
  const content = recorded && operation.content;
  const shown = content && cappedToolContent(content, recorded.maxLength);
  if (shown) span.setAttributes(contentAttributes(shown));
  if (error === undefined && errorType === undefined) return;
  if (operation.outcome === 'interrupted') return;
  span.setStatus({ code: SpanStatusCode.ERROR, message: shown?.errorMessage ?? messageOf(operation) });
}

function contentAttributes(content: { arguments?: unknown; result?: unknown }): Attributes {
  return {
    ...(content.arguments !== undefined && {
      'gen_ai.tool.call.arguments': JSON.stringify(content.arguments),
    }),
    ...(content.result !== undefined && { 'gen_ai.tool.call.result': JSON.stringify(content.result) }),
  };
}

const SUBJECTS: Readonly<Record<OperationSubject['kind'], string>> = {
  invoke_agent: 'the run',
  invoke_workflow: 'the run',
  execute_tool: 'the tool',
  mcp_client: 'the request',
  mcp_server: 'the request',
};

/** The message of the span's status. The text of a tool's error is content, like a vendor's, so it is not in it. */
function messageOf({ error, subject, outcome }: AgentOperation): string {
  if (outcome === 'cancelled') return `${SUBJECTS[subject.kind]} was stopped`;
  const message = error === undefined ? '' : errorMessage(error);
  return message === '' || message.startsWith('the call failed')
    ? `${SUBJECTS[subject.kind]} failed; the text of the error is not recorded`
    : message;
}
