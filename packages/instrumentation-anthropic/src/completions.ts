/** The text completions of versions before 1.0. Their answers report no tokens. */
import {
  type ContentReader,
  count,
  type Endpoint,
  fields,
  type LlmResponse,
  type Message,
  name,
  number,
  parts,
  strings,
} from '@llmtrace/core';
import { finishReasons } from './finish.ts';

const response = (c: any): LlmResponse => ({
  id: name(c.id),
  model: name(c.model),
  finishReasons: finishReasons(c.stop_reason),
});

/** Each event is a complete completion with the text since the event before. */
function chunk(soFar: LlmResponse, event: any): void {
  const { id, model, finishReasons: reasons } = response(event);
  soFar.id ??= id;
  soFar.model ??= model;
  soFar.finishReasons = reasons ?? soFar.finishReasons;
}

const messageOf = (role: string, value: unknown): Message[] => [{ role, parts: parts.text(value) }];

const content: ContentReader = {
  prompt: ([p = {}]) => ({ messages: messageOf('user', p.prompt) }),
  answer: (c) => messageOf('assistant', c?.completion),
  fold(whole, event) {
    if (typeof event.completion === 'string') whole.completion = (whole.completion ?? '') + event.completion;
  },
};

export const completions: Endpoint = {
  operation: 'text_completion',
  request([params]) {
    const p = fields(params);
    return {
      model: name(p.model),
      stream: Boolean(p.stream),
      maxTokens: number(p.max_tokens_to_sample),
      temperature: number(p.temperature),
      topP: number(p.top_p),
      topK: number(p.top_k),
      stopSequences: strings(p.stop_sequences),
      messageCount: count(p.prompt),
    };
  },
  response,
  chunk,
  content,
};
