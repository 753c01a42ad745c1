/** Answers of OpenAI's decisions. */
import type { Answer, VendorRequest } from '../server/routes.ts';
import { OPENAI_TOKENS, responsesUsage } from './openai.ts';

interface Question {
  readonly type: string;
  readonly name?: string | null;
  readonly choices?: readonly { readonly value: string }[];
}

/** Each choice is its first value, or its last one once a message of the input is `done`; all else is refused. */
export function decision({ model, body }: VendorRequest): Answer {
  const isDone = [body.input].flat().some((message) => message?.content === 'done');
  const answer = ({ type, name = null, choices = [] }: Question): object => {
    const chosen = choices.at(isDone ? -1 : 0);
    if (type !== 'choice' || !chosen) return { type: 'refusal', name };
    const probabilities = choices.map(({ value }) => ({
      value,
      probability: value === chosen.value ? 1 : 0,
    }));
    return { type, name, choice: chosen.value, confidence: 1, probabilities };
  };
  const usage = {
    ...responsesUsage,
    input_tokens_details: { cached_tokens: OPENAI_TOKENS.cached, cache_write_tokens: 0 },
  };
  return { json: { model, answers: body.questions.map(answer), usage } };
}
