/** What the messages of a turn show of its model calls, each of which is counted once by its id. */
import { checkedUsage, fields, name, tokenCount, type Usage } from '@llmtrace/core';

/** The model calls of a turn to count. */
const MAX_CALLS = 10_000;

interface ModelCall {
  readonly model: string;
  /** As of the start of the answer: the input is final, the output is not. */
  usage: any;
  /** The output, once the answer is known to be whole. */
  output: unknown;
}

/** The calls of one model. */
export interface CountedModel {
  readonly calls: number;
  /** Without the output where it is unknown for one of the calls. */
  readonly usage: Usage;
}

/** Messages that the CLI makes by itself, about errors of the API. */
const NO_MODEL = '<synthetic>';

export class Counted {
  readonly #calls = new Map<string, ModelCall>();
  /** The calls whose answers are streamed, by the agent that makes them. */
  readonly #streams = new Map<unknown, ModelCall>();
  /** The message that ended the turn. */
  result: unknown;
  #hasFailed = false;

  /** A message of the assistant: several have the same id, one for each block of the content. */
  message(message: unknown): void {
    const call = this.#call(message);
    if (call && fields(message).stop_reason != null) call.output = fields(message).usage?.output_tokens;
  }

  /** An event of an answer's stream, which comes only if the application asks for it. */
  event(event: unknown, agent: unknown): void {
    const { type, message, usage } = fields(event);
    if (type === 'message_start') this.#stream(agent, this.#call(message));
    const call = type === 'message_delta' ? this.#streams.get(agent) : undefined;
    if (call) call.output = fields(usage).output_tokens;
  }

  #stream(agent: unknown, call: ModelCall | undefined): void {
    if (this.#streams.size >= MAX_CALLS) this.#streams.clear();
    if (call) this.#streams.set(agent, call);
  }

  #call(message: unknown): ModelCall | undefined {
    const id = name(fields(message).id);
    const model = name(fields(message).model);
    if (id === undefined || model === undefined || model === NO_MODEL) return undefined;
    const known = this.#calls.get(id);
    if (known || this.#calls.size >= MAX_CALLS) return known;
    const call: ModelCall = { model, usage: fields(fields(message).usage), output: undefined };
    this.#calls.set(id, call);
    return call;
  }

  finish(result: unknown): void {
    this.result = result;
  }

  /** The CLI has failed. */
  fail(): void {
    this.#hasFailed = true;
  }

  /** Whether the turn has ended without a model call: it could not start. */
  get isNothing(): boolean {
    return this.#hasFailed && this.#calls.size === 0;
  }

  byModel(): Map<string, CountedModel> {
    const models = new Map<string, CountedModel>();
    for (const { model, usage, output } of this.#calls.values()) {
      const { calls = 0, usage: before } = models.get(model) ?? {};
      models.set(model, { calls: calls + 1, usage: sumOf(before, usageOf(usage, output)) });
    }
    return models;
  }
}

/** The API counts input, cache reads and cache writes apart from one another. */
function usageOf(usage: any, output: unknown): Usage {
  const read = tokenCount(usage.cache_read_input_tokens);
  const written = tokenCount(usage.cache_creation_input_tokens);
  const input = tokenCount(usage.input_tokens);
  return checkedUsage({
    inputTokens: input === undefined ? undefined : input + (read ?? 0) + (written ?? 0),
    outputTokens: tokenCount(output),
    cacheReadTokens: read,
    cacheWriteTokens: written,
    cacheWrite1hTokens: tokenCount(fields(usage.cache_creation).ephemeral_1h_input_tokens),
  });
}

function sumOf(before: Usage | undefined, usage: Usage): Usage {
  if (!before) return usage;
  return {
    inputTokens: both(before.inputTokens, usage.inputTokens),
    outputTokens: both(before.outputTokens, usage.outputTokens),
    cacheReadTokens: (before.cacheReadTokens ?? 0) + (usage.cacheReadTokens ?? 0),
    cacheWriteTokens: (before.cacheWriteTokens ?? 0) + (usage.cacheWriteTokens ?? 0),
    cacheWrite1hTokens: (before.cacheWrite1hTokens ?? 0) + (usage.cacheWrite1hTokens ?? 0),
  };
}

const both = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a + b;
