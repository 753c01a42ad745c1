/**
 * What the vendors' functions make of any JSON at all: they throw nothing, they take steps in proportion to what they
 * are given, and what they make is bounded. A failing run names its seed: set FC_SEED to repeat it.
 */
import assert from 'node:assert/strict';
import type { Endpoint, LlmResponse, Vendor } from '@llmtrace/core';
import { anthropic } from '@llmtrace/instrumentation-anthropic';
import { googleGenAI } from '@llmtrace/instrumentation-google-genai';
import { googleGenerativeAI } from '@llmtrace/instrumentation-google-generative-ai';
import { openai } from '@llmtrace/instrumentation-openai';
import { aCall } from '@llmtrace/test-fixtures/call';
import { diag } from '@opentelemetry/api';
import fc from 'fast-check';
import { resolveContent } from '../../core/src/config/content.ts';
import { Capture } from '../../core/src/content/capture.ts';
import { redactorOf } from '../../core/src/content/redactors.ts';

const SETTINGS = { seed: Number(process.env['FC_SEED'] ?? 20_261_128), numRuns: 80 } as const;
/** The most code units of a text that a record may hold: the message of a failure. */
const MAX_TEXT = 2000;
const MAX_LIST = 4096;

/** The names that the functions look for, so that what is generated gets past their first look. */
const KEYS =
  `choices index delta message content role finish_reason tool_calls function name arguments id type text
  usage prompt_tokens completion_tokens total_tokens model service_tier system_fingerprint output output_index
  content_index item response status incomplete_details reason error code stop_reason content_block input
  partial_json candidates parts finishReason promptFeedback blockReason usageMetadata promptTokenCount
  promptTokensDetails modality tokenCount responseId modelVersion functionCall partialArgs jsonPath willContinue
  embeddings statistics tokensDetails interaction event_type step steps outputs summary contents config messages tools
  system systemInstruction stop stop_sequences generation_config generationConfig response_format modalities
  responseModalities image_url url data audio images reasoning refusal thinking source serviceTier trafficType
  __proto__ constructor toString`.split(/\s+/);

const WORDS = `stop length tool_calls STOP SAFETY end_turn message_start message_delta content_block_start
  content_block_delta text_delta input_json_delta error response.completed response.output_item.added
  response.output_item.done response.output_text.delta response.function_call_arguments.delta step.start step.delta
  text image thought function_call shell_call shell_call_output tool_use tool_result document base64 completed failed
  incomplete __proto__ constructor data:;base64,AA== $.a[0].b eyJ sk-ant- a@ TEXT AUDIO`.split(/\s+/);

const numbers = fc.oneof(
  fc.constantFrom(0, 1, -1, 1e9, 4_294_967_294, 4_294_967_296, 2 ** 53, 1e308, -1e308, 0.5),
  fc.integer(),
);
const texts = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.string({ unit: 'binary' }),
  fc.nat({ max: 20_000 }).map((length) => 'x'.repeat(length)),
);

const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false),
    numbers,
    texts,
    fc.array(tie('json'), { maxLength: 8 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string()), tie('json'), { maxKeys: 10 }),
  ),
}));
/** The forms of real answers, with anything in their places: what is generated freely has them too seldom. */
const optional = { requiredKeys: [] };
const list = (entry: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 5, arbitrary: fc.array(entry, { maxLength: 5 }) }, json);
const index = fc.oneof(numbers, json);
const words = fc.oneof(fc.constantFrom(...WORDS), json);
const shaped: readonly fc.Arbitrary<object>[] = [
  fc.record({
    model: json,
    id: json,
    usage: json,
    choices: list(
      fc.record(
        {
          index,
          finish_reason: words,
          text: words,
          delta: fc.record(
            { content: json, tool_calls: list(fc.record({ index, id: json, function: json }, optional)) },
            optional,
          ),
          message: fc.record({ content: json, tool_calls: json, audio: json }, optional),
        },
        optional,
      ),
    ),
  }),
  fc.record({
    candidates: list(
      fc.record(
        { index, finishReason: words, content: fc.record({ role: json, parts: list(json) }, optional) },
        optional,
      ),
    ),
    usageMetadata: json,
  }),
  fc.record(
    { type: words, index, output_index: index, content_index: index, delta: json, item: json },
    optional,
  ),
  fc.record({ event_type: words, index, delta: json, step: json, interaction: json }, optional),
  fc.record(
    { model: json, messages: list(json), input: list(json), tools: list(json), stop: list(words) },
    optional,
  ),
];
const object = fc.oneof(fc.dictionary(fc.constantFrom(...KEYS), json, { maxKeys: 14 }), ...shaped);

/** How many values JSON is made of. */
function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.entries(value).reduce((size, [, entry]) => size + 1 + sizeOf(entry), 1);
}

/** The same value, which counts how often it is looked at. */
function counting(value: unknown, steps: { count: number }): any {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key, receiver) {
      steps.count++;
      return counting(Reflect.get(target, key, receiver), steps);
    },
    has(target, key) {
      steps.count++;
      return Reflect.has(target, key);
    },
  });
}

/** Fails for a text or a list that is longer than a record may have. */
function assertBounded(value: unknown, where: string): void {
  if (typeof value === 'string') assert.ok(value.length <= MAX_TEXT, `${where}: ${value.length} code units`);
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) assert.ok(value.length <= MAX_LIST, `${where}: ${value.length} entries`);
  for (const [key, entry] of Object.entries(value)) assertBounded(entry, `${where}.${key}`);
}

/** Fails where more steps were taken than so many for each value, and some in any case. */
const assertSteps = (steps: number, size: number): void =>
  assert.ok(steps <= 400 + 60 * size, `${steps} steps for ${size} values`);

function recorded(
  endpoint: Endpoint,
  args: readonly unknown[],
  self: unknown,
  chunks: readonly object[],
): void {
  const size = sizeOf(args) + sizeOf(chunks) + sizeOf(self);
  const steps = { count: 0 };
  const seen = (value: unknown) => counting(value, steps);
  const made: LlmResponse = {};
  assertBounded(endpoint.request(args.map(seen), seen(self)), 'request');
  for (const chunk of chunks) endpoint.chunk?.(made, seen(chunk));
  const answers = chunks.map((chunk) => endpoint.response(seen(chunk)));
  for (const response of [made, ...answers]) {
    // It is the vendor's own error, of which no more is read than a text of the length above.
    const { failure: _, ...rest } = response;
    assertBounded(rest, 'response');
  }
  assertSteps(steps.count, size);
}

const OPTIONS = {
  ...resolveContent({}, {}, () => {}),
  redactor: redactorOf(['keys', 'emails', 'cards']),
};

function captured(
  endpoint: Endpoint,
  args: readonly unknown[],
  self: unknown,
  chunks: readonly object[],
): void {
  const { content } = endpoint;
  if (!content) return;
  const size = sizeOf(args) + sizeOf(chunks) + sizeOf(self);
  for (const whole of [undefined, chunks[0]]) {
    const steps = { count: 0 };
    const seen = (value: unknown) => counting(value, steps);
    const call = aCall({ outcome: 'completed', endTime: 1 });
    const capture = new Capture(content, OPTIONS, call, args.map(seen), seen(self));
    for (const chunk of chunks) capture.chunk(seen(chunk));
    if (whole) capture.answer(seen(whole));
    const text = JSON.stringify(capture.content ?? {});
    // Bytes become a hash of 100 characters, and each value a part with names of its own.
    assert.ok(text.length <= 40 * JSON.stringify([args, chunks, self]).length + 400 * size, `${text.length}`);
    assertSteps(steps.count, size);
  }
}

const VENDORS: readonly Vendor[] = [openai, anthropic, googleGenAI, googleGenerativeAI];

describe('any JSON', () => {
  before(() => diag.disable());

  for (const { module, endpoints } of VENDORS) {
    for (const endpoint of endpoints) {
      const name = `${module} ${endpoint.path}.${endpoint.method}`;
      const input = fc.tuple(
        fc.tuple(fc.oneof(object, json), object),
        object,
        fc.array(object, { maxLength: 6 }),
      );
      it(`is recorded of ${name} in bounded steps and size`, () => {
        fc.assert(
          fc.property(input, ([args, self, chunks]) => recorded(endpoint, args, self, chunks)),
          SETTINGS,
        );
      });
      it(`is captured of ${name} in bounded steps and size`, () => {
        fc.assert(
          fc.property(input, ([args, self, chunks]) => captured(endpoint, args, self, chunks)),
          { ...SETTINGS, numRuns: 25 },
        );
      });
    }
  }
});
