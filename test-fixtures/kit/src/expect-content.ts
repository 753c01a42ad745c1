/**
 * Asserts the message content of a row's calls, if the instrumentation under test captures it: it is present and has
 * the form of the conventions.
 */
import assert from 'node:assert/strict';
import type { Attributes } from '@opentelemetry/api';
import type { ExpectedCall } from './vendor-profile.ts';

const CONTENT = [
  'gen_ai.system_instructions',
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.tool.definitions',
] as const;

/** The fields that the conventions require of each part. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  text: ['content'],
  reasoning: ['content'],
  tool_call: ['name'],
  tool_call_response: ['response'],
  server_tool_call: ['name', 'server_tool_call'],
  server_tool_call_response: ['server_tool_call_response'],
  blob: ['modality', 'content'],
  file: ['modality', 'file_id'],
  uri: ['modality', 'uri'],
  compaction: [],
};

/** The attributes without message content. */
export function withoutContent(attributes: Attributes): Attributes {
  const kept = Object.entries(attributes).filter(([name]) => !(CONTENT as readonly string[]).includes(name));
  return Object.fromEntries(kept);
}

/** Asserts that the attributes have the content of the request, and of the part of the answer that arrived. */
export function expectContent(attributes: Attributes, call: ExpectedCall): void {
  const [system, input, output, tools] = CONTENT.map((name) => JSON.parse(String(attributes[name] ?? null)));
  if ((call.operation ?? call.family.operation) === 'embeddings') {
    assert.deepEqual([system, input, output, tools], [null, null, null, null]);
    return;
  }
  if (!call.family.asksByVoice) assert.ok(input?.length, 'input messages');
  expectAnswered(output, call);
  const parts = [...(input ?? []), ...(output ?? [])].flatMap((message) => message.parts);
  for (const part of [...parts, ...(system ?? [])]) expectPart(part);
}

function expectAnswered(output: any[] | null, call: ExpectedCall): void {
  const { answer, errorType, family, finishReasons = family.finishReasons } = call;
  if (answer === 'none') assert.equal(output, null, 'output messages');
  // A blocked prompt has no answer.
  const isFinished = finishReasons?.length && !finishReasons.includes('content_filter');
  const isSaid = answer === 'whole' && isFinished && errorType === undefined;
  if (isSaid) assert.ok(output?.length, 'output messages');
  for (const { finish_reason } of output ?? []) assert.equal(typeof finish_reason, 'string');
}

function expectPart(part: Record<string, unknown>): void {
  const required = REQUIRED[String(part['type'])];
  assert.ok(required, `a part of a known type: ${JSON.stringify(part)}`);
  for (const field of required)
    assert.notEqual(part[field], undefined, `${field} of ${JSON.stringify(part)}`);
}
