/** Rows that only AWS's SDK has: callbacks, the client with a method for each command, other families of models. */
import { BEDROCK_TOKENS } from '../bodies/bedrock.ts';
import { begun, errorType } from '../scenarios/expected.ts';
import type { ExpectedCall, Family, Row } from '../vendor-profile.ts';
import { converse, invokeModel, MAX_TOKENS, optionsOf, QUESTION } from './aws-bedrock-families.ts';

const whole: ExpectedCall = { family: converse, answer: 'whole' };

const LLAMA = 'meta.llama3-1-8b-instruct-v1:0';

/** A model whose stream has its tokens only in the metrics that Bedrock adds to the last event. */
const llama: Family = {
  ...invokeModel,
  operation: 'text_completion',
  model: LLAMA,
  tokens: { input: BEDROCK_TOKENS.fresh, output: BEDROCK_TOKENS.output },
  asked: { 'gen_ai.request.max_tokens': MAX_TOKENS },
};
const { responseModel: _, idPrefix: __, priced: ___, ...plainLlama } = llama;

const askLlama = {
  modelId: LLAMA,
  body: new TextEncoder().encode(JSON.stringify({ prompt: QUESTION, max_gen_len: MAX_TOKENS })),
};

export const callRows: readonly Row[] = [
  {
    name: 'a callback in place of a promise',
    async run({ client, see }) {
      const { client: sdk, exports } = client();
      const answer = await new Promise((resolve) => {
        const returned = sdk.send(
          new exports.ConverseCommand(converse.request({})),
          (error: unknown, output: unknown) => resolve([error, output]),
        );
        see('returned', returned);
      });
      see('answer', answer);
    },
    calls: () => [whole],
  },
  {
    name: 'a callback after options, of a call that fails',
    async run({ client, see }) {
      const { client: sdk, exports } = client();
      const command = new exports.ConverseCommand(converse.request({ model: 'fail-401' }));
      const args = await new Promise<unknown[]>((resolve) =>
        sdk.send(command, {}, (...results: unknown[]) => resolve(results)),
      );
      see('arguments', args);
    },
    calls: ({ vendor }) => [
      {
        ...whole,
        model: 'fail-401',
        answer: 'none',
        outcome: 'failed',
        errorType: String(vendor.errors['401']),
      },
    ],
  },
  {
    name: 'a method of the client that has one for each command',
    async run({ client, see }) {
      const { exports, options } = client();
      const all = new exports.BedrockRuntime(options);
      see('answer', await all.converse(converse.request({})));
    },
    calls: () => [whole],
  },
  {
    name: 'one command that is sent twice',
    async run({ client, see }) {
      const { client: sdk, exports } = client();
      const command = new exports.ConverseCommand(converse.request({}));
      see('answer', await sdk.send(command));
      see('again', await sdk.send(command));
    },
    calls: () => [whole, whole],
  },
  {
    name: "a middleware of the application's",
    async run({ client, see }) {
      const { client: sdk, exports } = client();
      const names: string[] = [];
      sdk.middlewareStack.add(
        (next: any, context: any) => (args: any) => {
          names.push(context.commandName);
          return next(args);
        },
        { step: 'build', name: 'application' },
      );
      see('answer', await sdk.send(new exports.ConverseCommand(converse.request({}))));
      see('names', names);
      see('stack', sdk.middlewareStack.identify());
    },
    calls: () => [whole],
  },
  {
    name: "a model's own body, of bytes",
    async run({ client, see }) {
      const { client: sdk, exports } = client();
      see('answer', await sdk.send(new exports.InvokeModelCommand(askLlama)));
    },
    calls: () => [{ family: plainLlama, answer: 'whole' }],
  },
  {
    name: "a stream of a model's own events",
    async run({ client, see }) {
      const { client: sdk, exports } = client();
      const { body } = await sdk.send(new exports.InvokeModelWithResponseStreamCommand(askLlama));
      for await (const event of body) see('chunk', event);
    },
    calls: () => [{ family: plainLlama, answer: 'whole', stream: true, chunks: 'some' }],
  },
  {
    name: 'an answer that is never awaited, and that the SDK still reads',
    async run({ client, call, server, see }) {
      call(client());
      await server.received(1);
      await server.idle();
      see('sent at once', true);
    },
    calls: () => [whole],
  },
  {
    name: 'a loop that leaves a stream early, which goes on',
    async run({ client, call, see }) {
      for await (const chunk of await call(client(), { stream: true })) {
        see('chunk', chunk);
        break;
      }
    },
    calls: () => [{ ...whole, stream: true, answer: 'begun', chunks: 1, outcome: 'cancelled' }],
  },
  {
    name: 'AbortSignal while reading, which throws',
    async run({ client, see, attempt }) {
      const { client: sdk, exports } = client();
      const controller = new AbortController();
      const input = converse.request({ model: 'hang-mid-stream' });
      const options = optionsOf({ signal: controller.signal });
      const { stream } = await sdk.send(new exports.ConverseStreamCommand(input), ...options);
      let chunks = 0;
      await attempt('loop', async () => {
        for await (const chunk of stream) {
          see('chunk', chunk);
          if (++chunks === converse.chunksBeforeCut) setImmediate(() => controller.abort());
        }
      });
    },
    calls: (setting) => [
      { ...begun(setting), outcome: 'cancelled', errorType: errorType(setting, 'dropped') },
    ],
  },
  {
    name: 'a request that only counts tokens',
    async run({ client, attempt }) {
      const { client: sdk, exports } = client();
      const input = { converse: { messages: [{ role: 'user', content: [{ text: QUESTION }] }] } };
      await attempt('count', () =>
        sdk.send(new exports.CountTokensCommand({ modelId: converse.model, input })),
      );
    },
    calls: () => [],
  },
];
