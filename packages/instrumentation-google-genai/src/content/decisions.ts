/** Reads the content of decisions. The conventions have no part for questions and answers: each is a text, of JSON. */
import { type ContentReader, type Message, type Part, parts } from '@llmtrace/core';
import { interactionContent } from './interactions.ts';

/** Questions or answers, by the names that the application chose. */
const asText = (named: unknown): Part[] =>
  typeof named === 'object' && named !== null ? parts.text(JSON.stringify(named)) : [];

/** The input is that of an interaction; the questions follow it in the same message. */
function asked({ input, questions }: any): Message[] {
  const { messages = [] } = interactionContent.prompt([{ input }], undefined);
  const whole = [...messages.flatMap((message) => message.parts), ...asText(questions)];
  return whole.length === 0 ? [] : [{ role: 'user', parts: whole }];
}

export const decisionContent: ContentReader = {
  prompt: ([p]) => ({ messages: asked(p ?? {}) }),
  answer(decision) {
    const answers = asText(decision?.answers);
    return answers.length === 0 ? [] : [{ role: 'assistant', parts: answers }];
  },
};
