/** `ai.decisions`: questions about one input, answered by numbers. The model writes no text, and its output is free. */
import { count, type Endpoint, fields, name } from '@llmtrace/core';
import { gemini } from '@llmtrace/core/gemini';
import { decisionContent } from './content/decisions.ts';
import { resource, usage } from './interactions.ts';

export const decisions: Endpoint = {
  ...resource,
  request([params]) {
    const p = fields(params);
    return { model: gemini.model(p.model), messageCount: count(p.input) };
  },
  // An answer names no model and no reason why it ended, but an input that was blocked has a reason.
  response: (r) => ({
    usage: usage(r.usage),
    finishReasons: name(r.prompt_feedback?.block_reason) === undefined ? undefined : ['content_filter'],
  }),
  content: decisionContent,
};
