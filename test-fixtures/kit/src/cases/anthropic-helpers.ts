/** Rows about the helpers of Anthropic's SDK, each of which makes model calls through `create`. */
import { ANTHROPIC_MODEL } from '../bodies/anthropic.ts';
import { frozen, type Stage } from '../harness.ts';
import type { SdkInfo } from '../sdks.ts';
import type { ExpectedCall, Row } from '../vendor-profile.ts';
import { isBefore, MAX_TOKENS, messages } from './anthropic-families.ts';

const ASK = {
  model: ANTHROPIC_MODEL,
  max_tokens: MAX_TOKENS,
  messages: [{ role: 'user', content: 'Where is the Eiffel Tower?' }],
};
const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' }, population: { type: 'number' } },
  required: ['city', 'population'],
  additionalProperties: false,
};

const noParse = (sdk: SdkInfo) => (isBefore(sdk, 133) ? 'this version has no `parse`' : undefined);
const noRunner = (sdk: SdkInfo) => (isBefore(sdk, 133) ? 'this version has no tool runner' : undefined);
const noThread = ({ major }: SdkInfo) => (major < 1 ? 'this version has no threads' : undefined);
const noBetaStream = (sdk: SdkInfo) => (isBefore(sdk, 50) ? 'this version has no beta `stream`' : undefined);
const noCount = (sdk: SdkInfo) => (isBefore(sdk, 33) ? 'this version counts no tokens' : undefined);

const answered: ExpectedCall = { family: messages, answer: 'whole' };
const streamed: ExpectedCall = { family: messages, stream: true, answer: 'whole', chunks: 'some' };
const left: ExpectedCall = {
  family: messages,
  model: 'hang-mid-stream',
  stream: true,
  answer: 'begun',
  chunks: 'some',
  outcome: 'cancelled',
};
const refused: ExpectedCall = {
  family: messages,
  model: 'fail-401',
  stream: true,
  answer: 'none',
  outcome: 'failed',
  errorType: 'AuthenticationError',
};

const EVENTS = [
  'connect',
  'text',
  'streamEvent',
  'message',
  'contentBlock',
  'finalMessage',
  'abort',
  'error',
  'end',
];

/** Records the names of all events of a helper, in their order. */
function listen({ see }: Stage, helper: any): void {
  for (const name of EVENTS) helper.on(name, () => see('event', name));
}

const tool = (see: Stage['see']) => ({
  name: 'population_of',
  description: 'The population of a city.',
  input_schema: { type: 'object', properties: { city: { type: 'string' } } },
  parse: (input: unknown) => input,
  run: (input: unknown) => {
    see('tool called with', input);
    return '2103000';
  },
});

const parseRows: readonly Row[] = [
  {
    name: 'parse',
    missing: noParse,
    async run({ client, see, seeShape }) {
      const output_config = { format: { type: 'json_schema', schema: SCHEMA, parse: JSON.parse } };
      const promise = client().messages.parse(frozen({ ...ASK, output_config }));
      seeShape('promise', promise);
      see('value', await promise);
    },
    calls: () => [answered],
  },
  {
    name: 'beta parse',
    missing: noParse,
    async run({ client, see }) {
      const output_config = { format: { type: 'json_schema', schema: SCHEMA, parse: JSON.parse } };
      see('value', await client().beta.messages.parse(frozen({ ...ASK, output_config })));
    },
    calls: () => [answered],
  },
  {
    name: 'an answer that the model refuses to give',
    async run({ client, see }) {
      see('value', await client().messages.create(frozen({ ...ASK, model: 'filtered-response' })));
    },
    calls: () => [{ ...answered, model: 'filtered-response', finishReasons: ['content_filter'] }],
  },
  {
    name: 'an answer that is cut short',
    async run({ client, see }) {
      const request = { ...ASK, model: 'incomplete-response', stream: true };
      for await (const event of await client().messages.create(frozen(request))) see('chunk', event);
    },
    calls: () => [{ ...streamed, model: 'incomplete-response', finishReasons: ['length'] }],
  },
  {
    name: 'countTokens is no model call',
    missing: noCount,
    async run({ client, see }) {
      const { max_tokens: _, ...request } = ASK;
      see('value', await client().messages.countTokens(frozen(request)));
    },
    calls: () => [],
  },
];

const streamRows: readonly Row[] = [
  {
    name: 'stream with its events',
    async run(stage) {
      const helper = stage.client().messages.stream(frozen(ASK));
      listen(stage, helper);
      stage.see('final', await helper.finalMessage());
      await helper.done();
    },
    calls: () => [streamed],
  },
  {
    name: 'beta stream with its events',
    missing: noBetaStream,
    async run(stage) {
      const helper = stage.client().beta.messages.stream(frozen(ASK));
      listen(stage, helper);
      stage.see('final', await helper.finalMessage());
      await helper.done();
    },
    calls: () => [streamed],
  },
  {
    name: 'stream read chunk by chunk',
    async run({ client, see }) {
      const helper = client().messages.stream(frozen(ASK));
      for await (const chunk of helper) see('chunk', chunk);
      see('final', await helper.finalMessage());
    },
    calls: () => [streamed],
  },
  {
    name: 'stream as a ReadableStream',
    async run({ client, see }) {
      const helper = client().messages.stream(frozen(ASK));
      for await (const part of helper.toReadableStream()) see('part', Buffer.from(part).toString());
    },
    calls: () => [streamed],
  },
  {
    name: 'stream left after its first chunk',
    async run({ client, see }) {
      const helper = client().messages.stream(frozen({ ...ASK, model: 'hang-mid-stream' }));
      for await (const chunk of helper) {
        see('first', chunk);
        break;
      }
      see('aborted', helper.aborted);
    },
    calls: () => [left],
  },
  {
    name: 'stream, aborted',
    async run(stage) {
      const helper = stage.client().messages.stream(frozen({ ...ASK, model: 'hang-mid-stream' }));
      listen(stage, helper);
      let chunks = 0;
      helper.on(
        'streamEvent',
        () => void (++chunks === messages.chunksBeforeCut && setImmediate(() => helper.abort())),
      );
      await stage.attempt('done', () => helper.done());
    },
    calls: () => [left],
  },
  {
    name: 'stream that fails',
    async run(stage) {
      const helper = stage.client().messages.stream(frozen({ ...ASK, model: 'fail-401' }));
      listen(stage, helper);
      await stage.attempt('done', () => helper.done());
    },
    calls: () => [refused],
  },
];

const called: ExpectedCall = { ...answered, finishReasons: ['tool_call'] };

const runnerRows: readonly Row[] = [
  {
    name: 'toolRunner',
    missing: noRunner,
    async run({ client, see }) {
      const runner = client().beta.messages.toolRunner({ ...ASK, tools: [tool(see)] });
      for await (const message of runner) see('message', message);
      see('final', await runner.done());
    },
    calls: () => [called, answered],
  },
  {
    name: 'toolRunner with streams',
    missing: noRunner,
    async run({ client, see }) {
      const runner = client().beta.messages.toolRunner({ ...ASK, stream: true, tools: [tool(see)] });
      for await (const stream of runner) {
        for await (const event of stream) see('chunk', event);
      }
      see('final', await runner.done());
    },
    calls: () => [{ ...streamed, finishReasons: ['tool_call'] }, streamed],
  },
  {
    name: 'toolRunner that fails',
    missing: noRunner,
    async run({ client, see, attempt }) {
      const runner = client().beta.messages.toolRunner({ ...ASK, model: 'fail-401', tools: [tool(see)] });
      await attempt('done', () => runner.runUntilDone());
    },
    calls: () => [{ ...refused, stream: undefined } as unknown as ExpectedCall],
  },
];

const { messages: _, ...THREAD } = ASK;
const QUESTION = { role: 'user', content: 'Where is the Eiffel Tower?' };

const threadRows: readonly Row[] = [
  {
    name: 'a thread that sends',
    missing: noThread,
    async run({ client, see, seeShape }) {
      const thread = client().beta.messages.thread(frozen(THREAD));
      const promise = thread.send(frozen(QUESTION));
      seeShape('promise', promise);
      see('first', await promise);
      const { data, response } = await thread.send(frozen(QUESTION)).withResponse();
      see('second', data);
      see('status', response.status);
    },
    calls: () => [answered, answered],
  },
  {
    name: 'a thread that streams',
    missing: noThread,
    async run(stage) {
      const thread = stage.client().beta.messages.thread(frozen(THREAD));
      const helper = thread.stream(frozen(QUESTION));
      listen(stage, helper);
      stage.see('final', await helper.finalMessage());
    },
    calls: () => [streamed],
  },
  {
    name: 'a thread whose stream is left',
    missing: noThread,
    async run({ client, see }) {
      const thread = client().beta.messages.thread(frozen({ ...THREAD, model: 'hang-mid-stream' }));
      for await (const chunk of thread.stream(frozen(QUESTION))) {
        see('first', chunk);
        break;
      }
    },
    calls: () => [left],
  },
  {
    name: 'a thread that fails',
    missing: noThread,
    async run({ client, attempt }) {
      const thread = client().beta.messages.thread(frozen({ ...THREAD, model: 'fail-401' }));
      await attempt('answer', () => thread.send(frozen(QUESTION)));
    },
    calls: () => [{ ...refused, stream: undefined } as unknown as ExpectedCall],
  },
];

export const helperRows: readonly Row[] = [...parseRows, ...streamRows, ...runnerRows, ...threadRows];
