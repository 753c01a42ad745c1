/** Rows that only Responses have: helpers, and answers that report a failure. */
import { OPENAI_MODEL } from '../bodies/openai.ts';
import { frozen } from '../harness.ts';
import type { SdkInfo } from '../sdks.ts';
import type { ExpectedCall, Row } from '../vendor-profile.ts';
import { listen, SCHEMA } from './openai-chat-helpers.ts';
import { responses } from './openai-families.ts';

const noResponses = (sdk: SdkInfo) => responses.missing?.(sdk);

const RESPONSE_EVENTS = [
  'connect',
  'event',
  'response.created',
  'response.output_text.delta',
  'response.completed',
  'end',
];
const streamedResponse: ExpectedCall = { family: responses, stream: true, answer: 'whole', chunks: 'some' };

export const responseHelperRows: readonly Row[] = [
  {
    name: 'responses parse',
    missing: noResponses,
    async run({ client, see, seeShape }) {
      const format = { type: 'json_schema', name: 'city', strict: true, schema: SCHEMA };
      const promise = client().responses.parse(
        frozen({ model: OPENAI_MODEL, input: 'Where is the Eiffel Tower?', text: { format } }),
      );
      seeShape('promise', promise);
      see('value', await promise);
    },
    calls: () => [{ family: responses, answer: 'whole' }],
  },
  {
    name: 'responses stream with its events',
    missing: noResponses,
    async run(stage) {
      const helper = stage.client().responses.stream(frozen({ model: OPENAI_MODEL, input: 'Where is it?' }));
      listen(stage, helper, RESPONSE_EVENTS);
      stage.see('final', await helper.finalResponse());
    },
    calls: () => [streamedResponse],
  },
  {
    name: 'a response that fails while it streams',
    missing: noResponses,
    async run({ client, see }) {
      const stream = await client().responses.create(
        frozen({ model: 'failed-response', input: 'Where?', stream: true }),
      );
      for await (const event of stream) see('event', event);
    },
    calls: () => [
      {
        ...streamedResponse,
        model: 'failed-response',
        outcome: 'failed',
        status: 'error',
        errorType: 'server_error',
        finishReasons: ['error'],
        tokens: 'unknown',
      },
    ],
  },
  {
    name: 'a response that comes back as failed',
    missing: noResponses,
    async run({ client, see }) {
      see('value', await client().responses.create(frozen({ model: 'failed-response', input: 'Where?' })));
    },
    calls: () => [
      {
        family: responses,
        answer: 'whole',
        model: 'failed-response',
        outcome: 'failed',
        status: 'error',
        errorType: 'server_error',
        finishReasons: ['error'],
        tokens: 'unknown',
      },
    ],
  },
  {
    name: 'a response that is cut short while it streams',
    missing: noResponses,
    async run({ client, see }) {
      const request = { model: 'incomplete-response', input: 'Where?', stream: true };
      for await (const event of await client().responses.create(frozen(request))) see('event', event);
    },
    calls: () => [{ ...streamedResponse, model: 'incomplete-response', finishReasons: ['length'] }],
  },
  {
    name: 'responses stream that fails, with its events',
    missing: noResponses,
    async run(stage) {
      const { client, attempt } = stage;
      const helper = client().responses.stream(frozen({ model: 'failed-response', input: 'Where?' }));
      listen(stage, helper, ['response.created', 'response.failed', 'error', 'end']);
      await attempt('done', () => helper.done());
    },
    calls: () => [
      {
        ...streamedResponse,
        model: 'failed-response',
        outcome: 'failed',
        status: 'error',
        errorType: 'server_error',
        finishReasons: ['error'],
        tokens: 'unknown',
      },
    ],
  },
];
