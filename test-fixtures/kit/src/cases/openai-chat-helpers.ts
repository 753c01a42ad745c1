/** Rows about the helpers of chat, each of which makes model calls through `create`. */
import { OPENAI_MODEL } from '../bodies/openai.ts';
import { frozen, type Stage } from '../harness.ts';
import type { SdkInfo } from '../sdks.ts';
import type { ExpectedCall, Row } from '../vendor-profile.ts';
import { chat, isOldest } from './openai-families.ts';

const MESSAGES = [{ role: 'user', content: 'Where is the Eiffel Tower?' }];
/** The JSON schema of answers. */
export const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' }, population: { type: 'number' } },
  required: ['city', 'population'],
  additionalProperties: false,
};

const noParse = (sdk: SdkInfo) => (isOldest(sdk) ? 'this version has no `parse`' : undefined);

/** The helpers of chat were beta until version 5. */
const helpers = (client: any, sdk: SdkInfo): any => (sdk.major < 5 ? client.beta : client).chat.completions;

const streamedChat: ExpectedCall = { family: chat, stream: true, answer: 'whole', chunks: 'some' };
const toolCall: ExpectedCall = { family: chat, answer: 'whole', finishReasons: ['tool_call'] };
const left: ExpectedCall = {
  family: chat,
  model: 'hang-mid-stream',
  stream: true,
  answer: 'begun',
  chunks: 'some',
  outcome: 'cancelled',
};

/** Records the events of a helper, in their order, with all arguments. */
export function listen({ see }: Stage, helper: any, names: readonly string[]): void {
  for (const name of names) helper.on(name, (...told: unknown[]) => see(`event ${name}`, told));
}

const CHAT_EVENTS = [
  'connect',
  'chunk',
  'content',
  'message',
  'chatCompletion',
  'finalContent',
  'abort',
  'error',
  'end',
];
const TOOL_EVENTS = ['functionCall', 'functionCallResult', 'functionToolCall', 'functionToolCallResult'];
const TOOL_NAMES = [...CHAT_EVENTS, ...TOOL_EVENTS, 'totalUsage'];

const tools = (see: Stage['see']) => [
  {
    type: 'function',
    function: {
      name: 'population_of',
      description: 'The population of a city.',
      parameters: { type: 'object', properties: { city: { type: 'string' } } },
      parse: JSON.parse,
      function: (args: unknown) => {
        see('tool called with', args);
        return '2103000';
      },
    },
  },
];

export const chatHelperRows: readonly Row[] = [
  {
    name: 'chat parse',
    missing: noParse,
    async run({ client, sdk, see, seeShape }) {
      const request = {
        model: OPENAI_MODEL,
        messages: MESSAGES,
        response_format: { type: 'json_schema', json_schema: { name: 'city', strict: true, schema: SCHEMA } },
      };
      const promise = helpers(client(), sdk).parse(frozen(request));
      seeShape('promise', promise);
      see('value', await promise);
    },
    calls: () => [{ family: chat, answer: 'whole' }],
  },
  {
    name: 'chat stream with its events',
    async run(stage) {
      const helper = helpers(stage.client(), stage.sdk).stream(
        frozen({ model: OPENAI_MODEL, messages: MESSAGES }),
      );
      listen(stage, helper, CHAT_EVENTS);
      stage.see('final', await helper.finalChatCompletion());
      await helper.done();
    },
    calls: () => [streamedChat],
  },
  {
    name: 'chat stream read chunk by chunk',
    async run({ client, sdk, see }) {
      const helper = helpers(client(), sdk).stream(frozen({ model: OPENAI_MODEL, messages: MESSAGES }));
      for await (const chunk of helper) see('chunk', chunk);
      see('final', await helper.finalChatCompletion());
    },
    calls: () => [streamedChat],
  },
  {
    name: 'chat parse of an answer that is cut short',
    missing: noParse,
    async run({ client, sdk, attempt }) {
      const json_schema = { name: 'city', strict: true, schema: SCHEMA };
      const response_format = { type: 'json_schema', json_schema };
      const request = { model: 'incomplete-response', messages: MESSAGES, response_format };
      await attempt('value', () => helpers(client(), sdk).parse(frozen(request)));
    },
    // The model answered. That the SDK cannot parse the answer is no failure of the call.
    calls: () => [{ family: chat, model: 'incomplete-response', answer: 'whole', finishReasons: ['length'] }],
  },
  {
    name: 'chat stream left after its first chunk',
    missing: (sdk) => (isOldest(sdk) ? 'this version goes on reading' : undefined),
    async run({ client, sdk, see }) {
      const helper = helpers(client(), sdk).stream(frozen({ model: 'hang-mid-stream', messages: MESSAGES }));
      for await (const chunk of helper) {
        see('first', chunk);
        break;
      }
      see('aborted', helper.aborted);
    },
    calls: () => [left],
  },
  {
    name: 'chat stream, aborted',
    async run(stage) {
      const { client, sdk, attempt } = stage;
      const helper = helpers(client(), sdk).stream(frozen({ model: 'hang-mid-stream', messages: MESSAGES }));
      listen(stage, helper, CHAT_EVENTS);
      let chunks = 0;
      helper.on(
        'chunk',
        () => void (++chunks === chat.chunksBeforeCut && setImmediate(() => helper.abort())),
      );
      await attempt('done', () => helper.done());
    },
    calls: () => [left],
  },
  {
    name: 'chat stream that fails',
    async run(stage) {
      const { client, sdk, attempt } = stage;
      const helper = helpers(client(), sdk).stream(frozen({ model: 'fail-401', messages: MESSAGES }));
      listen(stage, helper, CHAT_EVENTS);
      await attempt('done', () => helper.done());
    },
    calls: () => [
      {
        family: chat,
        model: 'fail-401',
        stream: true,
        answer: 'none',
        outcome: 'failed',
        errorType: 'AuthenticationError',
      },
    ],
  },
  {
    name: 'runTools',
    async run(stage) {
      const request = { model: OPENAI_MODEL, messages: MESSAGES, tools: tools(stage.see) };
      const runner = helpers(stage.client(), stage.sdk).runTools(frozen(request));
      listen(stage, runner, TOOL_NAMES);
      stage.see('final', await runner.finalContent());
      await runner.done();
    },
    calls: () => [toolCall, { family: chat, answer: 'whole' }],
  },
  {
    name: 'runTools with streams',
    async run(stage) {
      const request = { model: OPENAI_MODEL, messages: MESSAGES, stream: true, tools: tools(stage.see) };
      const runner = helpers(stage.client(), stage.sdk).runTools(frozen(request));
      listen(stage, runner, TOOL_NAMES);
      stage.see('final', await runner.finalContent());
      await runner.done();
    },
    calls: () => [{ ...streamedChat, finishReasons: ['tool_call'] }, streamedChat],
  },
];
