/**
 * A line in the application's log when a call starts, completes, or fails. It has message content only if that is
 * enabled.
 */
import { context, diag, isSpanContextValid, trace } from '@opentelemetry/api';
import { capped } from '../../content/sanitize.ts';
import { callErrorType, errorCode, errorMessage, errorStatus } from '../../errors/index.ts';
import type { AgentOperation } from '../../model/agent-operation.ts';
import { ATTRIBUTE_NAMES, fieldName, type LlmAttributes, NAMED_ATTRIBUTES } from '../../model/attributes.ts';
import type { Call, Observer } from '../../model/call.ts';
import type { Content } from '../../model/messages.ts';
import { printable } from '../../platform/printable.ts';
import { type Fields, type WriteLine, writerFor } from './adapters.ts';
import { operationFields, operationMessage } from './operations.ts';
import type { ResolvedLog } from './options.ts';
import { later } from './queue.ts';
import { ownWriter } from './stderr-writer.ts';

/**
 * Writes the lines of calls; undefined where none are wanted, or nothing can write them.
 *
 * A line is composed at once and written after the current turn of the event loop, so that a slow logger does not
 * delay the call. A logger that throws is reported once, through `diag`, and the call goes on.
 * @param maxLength how much of each text of the content is in a line.
 */
export function logObserver(options: ResolvedLog, maxLength?: number): Observer | undefined {
  const { level, errorLevel, logRequest, logResponse, logErrors, hideContent, mode, logger } = options;
  const writeLine = logger && mode !== 'off' ? writerFor(logger) : ownWriter(mode);
  if (!writeLine) return undefined;
  const write = deferred(writeLine);
  const contentOf = (call: Call): Content =>
    !hideContent && call.content ? capped(call.content, maxLength) : {};
  return {
    start(call) {
      if (!logRequest) return;
      const { systemInstructions, inputMessages } = contentOf(call);
      const content = { system_instructions: systemInstructions, input_messages: inputMessages };
      write(call, level, 'llm request started', { ...requestFields(call), ...defined(content) });
    },
    end(call) {
      if (call.outcome === 'failed') {
        const message = contentOf(call).errorMessage;
        if (logErrors) write(call, errorLevel, 'llm request failed', failureFields(call, message));
      } else if (logResponse) {
        const content = { output_messages: contentOf(call).outputMessages };
        write(call, level, `llm request ${call.outcome}`, {
          ...responseFields(call),
          ...defined(content),
        });
      }
    },
    operationEnd(operation) {
      const hasFailed = operation.outcome === 'failed';
      if (!(hasFailed ? logErrors : logResponse)) return;
      const fields = known({
        ...ids(operation),
        latency: since(operation, operation.endTime),
        ...operationFields(operation),
      });
      write(operation, hasFailed ? errorLevel : level, operationMessage(operation), fields);
    },
  };
}

type Write = (call: Pick<Call, 'context'>, level: string, message: string, fields: Fields) => void;

function deferred(writeLine: WriteLine): Write {
  let failed = false;
  const report = (error: unknown): void => {
    if (!failed) diag.error('llmtrace: the logger failed; the application goes on', error);
    failed = true;
  };
  return (call, level, message, fields) => {
    // In the call's context, so that a logger that reads the active span finds the call's.
    later(() => context.with(call.context, () => writeLine(level, message, fields)), report);
  };
}

/** The fields that each line of a call has. */
function commonFields(call: Call): Record<string, unknown> {
  const { provider, request, response, attributes } = call;
  const model = request.model ?? response.model;
  return { ...attributionFields(attributes), model, provider, ...ids(call) };
}

/** The user, the tenant and the feature of the call. */
function attributionFields({ tags, extra, ...named }: LlmAttributes): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  if (extra) for (const [name, value] of Object.entries(extra)) fields[fieldName(name)] = value;
  for (const name of NAMED_ATTRIBUTES) fields[ATTRIBUTE_NAMES[name].field] = named[name];
  if (tags) fields['tags'] = tags.join(',');
  return fields;
}

function ids({ context: active }: Pick<Call, 'context'>): Fields {
  const span = trace.getSpanContext(active);
  return span && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

const requestFields = (call: Call): Fields =>
  known({
    ...commonFields(call),
    message_count: call.request.messageCount,
    max_tokens: call.request.maxTokens,
    temperature: call.request.temperature,
  });

function responseFields(call: Call): Fields {
  const { response, cost, request } = call;
  const { inputTokens, outputTokens } = response.usage ?? {};
  const both = inputTokens !== undefined && outputTokens !== undefined;
  return known({
    ...commonFields(call),
    latency: since(call, call.endTime),
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: both ? inputTokens + outputTokens : inputTokens,
    cost_usd: cost?.total,
    cost_missing: cost?.missing?.join(','),
    finish_reason: response.finishReasons?.filter(Boolean).join(',') || undefined,
    response_id: response.id,
    ...(request.stream ? streamFields(call) : {}),
  });
}

const streamFields = (call: Call): Fields => ({
  time_to_first_chunk:
    call.firstChunkTime === undefined ? undefined : round(call.firstChunkTime - call.attemptTime),
  chunks: call.chunks,
});

const failureFields = (call: Call, text: string | undefined): Fields =>
  known({
    ...commonFields(call),
    latency: since(call, call.endTime),
    error: text ?? errorMessage(call.error, callErrorType(call)),
    status_code: errorStatus(call.error),
    error_code: errorCode(call.error),
    error_type: callErrorType(call),
  });

const since = ({ startTime, activeTime }: Call | AgentOperation, end: number | undefined): number =>
  round((end ?? activeTime) - startTime);

/** Milliseconds, to the microsecond. */
const round = (ms: number): number => Math.round(ms * 1000) / 1000;

const defined = (fields: Record<string, unknown>): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** No text of a field is longer. */
const MAX_FIELD = 500;

/** Leaves out unknown fields and values that a line cannot hold: the application may have passed anything. */
function known(fields: Record<string, unknown>): Fields {
  const entries = Object.entries(fields)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    .map(([name, value]) => [name, typeof value === 'string' ? printable(value, MAX_FIELD) : value]);
  return Object.fromEntries(entries);
}
