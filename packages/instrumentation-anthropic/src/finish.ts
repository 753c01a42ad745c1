import { lookUp, name } from '@llmtrace/core';

/** Anthropic's reasons for an answer's end, in the words of the conventions where those have one. */
const FINISH: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_call',
  refusal: 'content_filter',
};

/** Undefined while there is none. */
export function finishReasons(reason: unknown): string[] | undefined {
  const word = lookUp(FINISH, reason) ?? name(reason);
  return word === undefined ? undefined : [word];
}
