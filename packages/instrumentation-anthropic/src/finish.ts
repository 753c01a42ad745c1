import { finishBy } from '@llmtrace/core';

/** Anthropic's finish reasons in the words of the conventions; undefined while the answer has none. */
export const finishReasons = finishBy({
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_call',
  refusal: 'content_filter',
});
