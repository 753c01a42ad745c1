/** The scenes of the application of `native-spans`, by name. */

export type See = (value: unknown) => void;
export type Scene = (client: any, see: See) => Promise<void>;

export const MODEL = 'claude-haiku-4-5';

const ASK = {
  model: MODEL,
  max_tokens: 256,
  temperature: 0.5,
  messages: [{ role: 'user', content: 'Where is the Eiffel Tower?' }],
};
const TOOL = {
  name: 'population_of',
  input_schema: { type: 'object', properties: { city: { type: 'string' } } },
  parse: (input: unknown) => input,
  run: () => '2103000',
};

const asking = (model: string) => ({ ...ASK, model });

async function readAll(stream: AsyncIterable<unknown>, see: See): Promise<void> {
  for await (const event of stream) see(event);
}

export const scenes: Readonly<Record<string, Scene>> = {
  create: async (client, see) => see(await client.messages.create(ASK)),
  withResponse: async (client, see) => see((await client.messages.create(ASK).withResponse()).data),
  stream: async (client, see) => readAll(await client.messages.create({ ...ASK, stream: true }), see),
  'stream helper': async (client, see) => see(await client.messages.stream(ASK).finalMessage()),
  'beta stream helper': async (client, see) => see(await client.beta.messages.stream(ASK).finalMessage()),
  retry: async (client, see) => see(await client.messages.create(asking('fail-500-once'))),
  failure: async (client) => client.messages.create(asking('fail-401')),
  'failed helper': async (client) => client.messages.stream(asking('fail-401')).finalMessage(),
  'failed in mid-stream': async (client, see) =>
    readAll(await client.messages.create({ ...asking('error-mid-stream'), stream: true }), see),
  'refused by the SDK itself': async (client) => client.messages.create({ ...ASK, max_tokens: 1_000_000 }),
  break: async (client, see) => {
    for await (const event of await client.messages.create({ ...asking('hang-mid-stream'), stream: true })) {
      see(event);
      break;
    }
  },
  'break of a helper': async (client, see) => {
    for await (const event of client.messages.stream(asking('hang-mid-stream'))) {
      see(event);
      break;
    }
  },
  abort: async (client) => {
    const signal = AbortSignal.timeout(50);
    await client.messages.create(asking('hang'), { signal });
  },
  asResponse: async (client, see) => see(await (await client.messages.create(ASK).asResponse()).json()),
  'asResponse, then the parsed answer': async (client, see) => {
    const promise = client.messages.create(ASK);
    see((await promise.asResponse()).status);
    see(await promise);
  },
  'a stream that is never read': async (client, see) => {
    await client.messages.create({ ...asking('hang-mid-stream'), stream: true });
    see('got it');
  },
  toolRunner: async (client, see) =>
    see(await client.beta.messages.toolRunner({ ...ASK, tools: [TOOL] }).runUntilDone()),
  'toolRunner with streams': async (client, see) => {
    const runner = client.beta.messages.toolRunner({ ...ASK, stream: true, tools: [TOOL] });
    for await (const stream of runner) see(await stream.finalMessage());
  },
  countTokens: async (client, see) => {
    const { max_tokens: _max, temperature: _temperature, ...request } = ASK;
    see(await client.messages.countTokens(request));
  },
  'the conversation that the application names': async (client, see) =>
    see(await client.messages.create(ASK, { openTelemetry: { conversationId: 'conversation-7' } })),
};
