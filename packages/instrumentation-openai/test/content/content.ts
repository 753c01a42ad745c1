/** Reading content as it is recorded. */
import assert from 'node:assert/strict';
import type { Endpoint } from '@llmtrace/core';

/** A value without undefined fields. */
const sent = (value: unknown): any => JSON.parse(JSON.stringify(value));

export const prompt = ({ content }: Endpoint, body?: object): any => sent(content?.prompt([body], undefined));

export const answer = ({ content }: Endpoint, body: unknown): any => sent(content?.answer(body));

/** The answer that these chunks make up, none of which is changed. */
export function streamed(endpoint: Endpoint, chunks: object[]): any {
  const before = structuredClone(chunks);
  const whole = {};
  for (const chunk of chunks) endpoint.content?.fold?.(whole, chunk);
  assert.deepEqual(chunks, before);
  return answer(endpoint, whole);
}

export const text = (content: string) => ({ type: 'text', content });

/** An answer of one message. */
export const assistant = (...parts: object[]) => [{ role: 'assistant', parts }];
