/** Bodies of the Interactions API, whole and in events, and of the Decisions API, which has the same usage. */
import type { Answer, VendorRequest } from '../server/routes.ts';
import {
  CONTINUATION,
  CONTINUED_MODEL,
  GEMINI_TEXT,
  GEMINI_TOKENS,
  geminiError,
  geminiHeaders,
} from './gemini.ts';
import { wordsOf } from './openai.ts';

const usage = {
  total_tokens: GEMINI_TOKENS.total,
  total_input_tokens: GEMINI_TOKENS.input,
  total_cached_tokens: GEMINI_TOKENS.cached,
  total_output_tokens: GEMINI_TOKENS.candidates,
  total_thought_tokens: GEMINI_TOKENS.thoughts,
  total_tool_use_tokens: 0,
  input_tokens_by_modality: [{ modality: 'text', tokens: GEMINI_TOKENS.input }],
};

/** How an interaction ends. */
function ending({ model, body, ending: wanted }: VendorRequest): object {
  if (model === CONTINUED_MODEL && body.continuation_token !== CONTINUATION) {
    return { status: 'requires_continuation', continuation_token: CONTINUATION };
  }
  return { status: wanted === 'incomplete' ? 'incomplete' : 'completed' };
}

const about = (request: VendorRequest): object => ({
  id: request.id('v1_'),
  object: 'interaction',
  model: request.model,
});

export function interaction(request: VendorRequest): Answer {
  const steps = [{ type: 'model_output', content: [{ type: 'text', text: GEMINI_TEXT }] }];
  return { headers: geminiHeaders, json: { ...about(request), ...ending(request), steps, usage } };
}

/** A decision has neither an id nor a model, and writes nothing. */
export function decision({ body }: VendorRequest): Answer {
  const answers = Object.keys(body.questions ?? {}).map((name) => [
    name,
    { type: 'noul', noul: 0.9, confidence: 0.9 },
  ]);
  const { total_input_tokens, input_tokens_by_modality } = usage;
  const read = { total_input_tokens, input_tokens_by_modality, total_tokens: total_input_tokens };
  return {
    headers: geminiHeaders,
    json: { answers: Object.fromEntries(answers), usage: { ...read, total_output_tokens: 0 } },
  };
}

interface TypedEvent {
  event_type: string;
  [field: string]: unknown;
}

const namedEvent = (data: TypedEvent): string =>
  `event: ${data.event_type}\ndata: ${JSON.stringify(data)}\n\n`;

export function interactionEvents(request: VendorRequest): Answer {
  const known = about(request);
  const events: TypedEvent[] = [
    { event_type: 'interaction.created', interaction: { ...known, status: 'in_progress' } },
    { event_type: 'interaction.status_update', status: 'in_progress' },
    { event_type: 'step.start', index: 0, step: { type: 'model_output' } },
    ...wordsOf(GEMINI_TEXT).map((text) => ({
      event_type: 'step.delta',
      index: 0,
      delta: { type: 'text', text },
    })),
    { event_type: 'step.stop', index: 0 },
    { event_type: 'interaction.completed', interaction: { ...known, ...ending(request), usage } },
  ];
  return { headers: geminiHeaders, events: [...events.map(namedEvent), 'event: done\ndata: [DONE]\n\n'] };
}

/** The event by which a stream of an interaction reports a failure. */
export const interactionError = (): string => {
  const { error } = geminiError(503) as { error: { status: string; message: string } };
  return namedEvent({ event_type: 'error', error: { code: error.status, message: error.message } });
};
