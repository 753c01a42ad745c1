/** Rows about helpers of Google's newer SDK: chats, and tools that the SDK calls. */
import { GEMINI_MODEL, GEMINI_TOKENS } from '../bodies/gemini.ts';
import type { Stage } from '../harness.ts';
import type { ExpectedCall, Row } from '../vendor-profile.ts';
import { content, QUESTION, streamed, whole } from './google-genai-families.ts';

const callable = (see: Stage['see']): object => ({
  tool: async () => ({
    functionDeclarations: [{ name: 'population_of', parameters: { type: 'OBJECT', properties: {} } }],
  }),
  async callTool(calls: { name: string; args: unknown }[]) {
    see('tool called with', calls);
    return calls.map(({ name }) => ({ functionResponse: { name, response: { population: 2_103_000 } } }));
  },
});

/** The answer to a blocked prompt: it has usage and the reason, and no content. */
const blocked: ExpectedCall = {
  family: { ...content, tokens: { input: GEMINI_TOKENS.input } },
  model: 'filtered-response',
  answer: 'whole',
  finishReasons: ['content_filter'],
};

export const helperRows: readonly Row[] = [
  {
    name: 'a chat',
    async run({ client, see }) {
      const chat = client().chats.create({ model: GEMINI_MODEL });
      see('first', await chat.sendMessage({ message: QUESTION }));
      see('second', await chat.sendMessage({ message: 'And of Italy?' }));
      see('history', chat.getHistory().length);
    },
    calls: () => [whole, whole],
  },
  {
    name: 'a chat that streams',
    async run({ client, see }) {
      const chat = client().chats.create({ model: GEMINI_MODEL });
      for await (const chunk of await chat.sendMessageStream({ message: QUESTION })) see('chunk', chunk);
      see('history', chat.getHistory().length);
    },
    calls: () => [streamed],
  },
  {
    name: 'a tool that the SDK calls itself',
    async run({ client, see }) {
      const answer = await client().models.generateContent({
        model: GEMINI_MODEL,
        contents: QUESTION,
        config: { tools: [callable(see)] },
      });
      see('answer', answer.text);
    },
    calls: () => [whole, whole],
  },
  {
    name: 'a tool that the SDK calls itself, in a stream that begins as it is read',
    async run({ client, server, see, isCallerActive }) {
      const stream = await client().models.generateContentStream({
        model: GEMINI_MODEL,
        contents: QUESTION,
        config: { tools: [callable(see)] },
      });
      see('requests before it is read', server.requests.length);
      // Between the two answers the SDK yields chunks that it makes itself; telemetry does not count them.
      for await (const { text } of stream) see('text', text);
      see('own context', isCallerActive());
    },
    calls: () => [streamed, streamed],
  },
  {
    name: 'a blocked prompt',
    async run({ client, call, see }) {
      see('answer', await call(client(), { model: 'filtered-response' }));
    },
    calls: () => [blocked],
  },
  {
    name: 'a blocked prompt of a stream',
    async run({ client, call, see }) {
      for await (const chunk of await call(client(), { model: 'filtered-response', stream: true }))
        see('chunk', chunk);
    },
    calls: () => [{ ...blocked, stream: true, chunks: 1 }],
  },
  {
    name: 'an answer that is cut short',
    async run({ client, call, see }) {
      see('answer', await call(client(), { model: 'incomplete-response' }));
    },
    calls: () => [{ ...whole, model: 'incomplete-response', finishReasons: ['length'] }],
  },
  {
    name: 'tokens that are only counted',
    async run({ client, see }) {
      see(
        'count',
        (await client().models.countTokens({ model: GEMINI_MODEL, contents: QUESTION })).totalTokens,
      );
    },
    calls: () => [],
  },
];
