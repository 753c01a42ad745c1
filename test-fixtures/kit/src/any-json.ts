/** Generators for fast-check: any JSON that a vendor, a gateway or a model may send. */
import fc from 'fast-check';

/** The field names that vendors' functions read: without them generated values would fail the first check. */
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

export const numbers = fc.oneof(
  fc.constantFrom(0, 1, -1, 1e9, 4_294_967_294, 4_294_967_296, 2 ** 53, 1e308, -1e308, 0.5),
  fc.integer(),
);
export const texts = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.string({ unit: 'binary' }),
  fc.nat({ max: 20_000 }).map((length) => 'x'.repeat(length)),
);

export const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false),
    numbers,
    texts,
    fc.array(tie('json'), { maxLength: 8 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string()), tie('json'), { maxKeys: 10 }),
  ),
}));
/**
 * Real answers with arbitrary values in their fields: arbitrary JSON has the fields of an answer too rarely.
 */
const optional = { requiredKeys: [] };
const list = (entry: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 5, arbitrary: fc.array(entry, { maxLength: 5 }) }, json);
const index = fc.oneof(numbers, json);
export const words = fc.oneof(fc.constantFrom(...WORDS), json);
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
export const object = fc.oneof(fc.dictionary(fc.constantFrom(...KEYS), json, { maxKeys: 14 }), ...shaped);
