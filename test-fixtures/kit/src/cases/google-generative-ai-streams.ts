/** Rows about answers of Google's older SDK, which are a stream and a promise at once; in chats, too. */

import type { Stage } from '../harness.ts';
import { begun, errorType } from '../scenarios/expected.ts';
import type { ExpectedCall, Row, Setting } from '../vendor-profile.ts';
import { QUESTION } from './google-genai-families.ts';
import { ask, content, modelOf, streamed, whole } from './google-generative-ai-families.ts';

/** The assembled answer of a stream, which has neither model nor id. */
const { responseModel: _model, idPrefix: _id, ...assembled } = content;
const gathered: ExpectedCall = { family: assembled, answer: 'whole', stream: true, chunks: 0 };

const dropped = (setting: Setting): ExpectedCall => ({
  ...begun(setting),
  model: 'drop-mid-stream',
  outcome: 'failed',
  errorType: errorType(setting, 'dropped'),
});

export const splitRows: readonly Row[] = [
  {
    name: 'a stream whose whole answer alone is awaited',
    async run({ client, see }) {
      const result = await modelOf(client()).generateContentStream(ask());
      see('result', Object.keys(result));
      see('answer', await result.response);
    },
    calls: () => [gathered],
  },
  {
    name: 'a stream that is read, and then its whole answer',
    async run({ client, see }) {
      const result = await modelOf(client()).generateContentStream(ask());
      for await (const chunk of result.stream) see('chunk', chunk);
      see('answer', await result.response);
    },
    calls: () => [streamed],
  },
  {
    name: 'the whole answer of a stream, which is read afterwards',
    async run({ client, see }) {
      const result = await modelOf(client()).generateContentStream(ask());
      see('answer', await result.response);
      for await (const chunk of result.stream) see('late', chunk);
    },
    calls: () => [gathered],
  },
  {
    name: 'a stream that is never read or awaited',
    async run({ client, server, see }) {
      modelOf(client()).generateContentStream(ask());
      await server.received(1);
      await server.idle();
      see('sent at once', true);
    },
    calls: () => [gathered],
  },
  {
    name: 'a stream that is dropped half-read, and is still downloaded',
    async run({ client, server, see }) {
      const { stream } = await modelOf(client()).generateContentStream(ask());
      see('chunk', await stream.next());
      await server.idle();
    },
    calls: () => [{ ...streamed, answer: 'begun', chunks: 1, outcome: 'abandoned' }],
    collected: true,
  },
  {
    name: 'dropped socket in mid-stream, while the whole answer is awaited',
    async run({ client, attempt }) {
      const { response } = await modelOf(client(), 'drop-mid-stream').generateContentStream(ask());
      await attempt('answer', () => response);
    },
    calls: (setting) => [{ ...dropped(setting), answer: 'none', chunks: 0 }],
  },
  {
    name: 'dropped socket in mid-stream, and the whole answer is never awaited',
    async run({ client, see, attempt }) {
      const { stream } = await modelOf(client(), 'drop-mid-stream').generateContentStream(ask());
      await attempt('loop', async () => {
        for await (const chunk of stream) see('chunk', chunk);
      });
    },
    calls: (setting) => [dropped(setting)],
  },
];

export const chatRows: readonly Row[] = [
  {
    name: 'a chat',
    async run({ client, see }) {
      const chat = modelOf(client()).startChat();
      see('first', await chat.sendMessage(QUESTION));
      see('second', await chat.sendMessage('And of Italy?'));
      see('history', (await chat.getHistory()).length);
    },
    calls: () => [whole, whole],
  },
  {
    name: 'a chat that streams',
    async run({ client, see }) {
      const chat = modelOf(client()).startChat();
      const { stream, response } = await chat.sendMessageStream(QUESTION);
      for await (const chunk of stream) see('chunk', chunk);
      see('answer', await response);
      see('history', (await chat.getHistory()).length);
    },
    calls: () => [streamed],
  },
  {
    name: 'a chat whose whole answer alone is awaited',
    async run({ client, see }) {
      const { response } = await modelOf(client()).startChat().sendMessageStream(QUESTION);
      see('answer', await response);
    },
    calls: () => [gathered],
  },
  {
    name: 'a chat that is refused',
    async run({ client, attempt }) {
      const chat = modelOf(client(), 'fail-429').startChat();
      await attempt('answer', () => chat.sendMessage(QUESTION));
      await attempt('stream', () => chat.sendMessageStream(QUESTION));
    },
    calls: () => {
      const refused: ExpectedCall = {
        family: content,
        model: 'fail-429',
        answer: 'none',
        outcome: 'failed',
        errorType: '429',
      };
      return [refused, { ...refused, stream: true }];
    },
  },
  {
    name: 'dropped socket in mid-chat, which the SDK waits for itself',
    async run(stage) {
      const logged = silenceErrors();
      try {
        await readDroppedChat(stage);
      } finally {
        logged.stop();
      }
      stage.see('what the SDK says', logged.count());
    },
    calls: (setting) => [dropped(setting)],
  },
];

async function readDroppedChat({ client, see, attempt }: Stage): Promise<void> {
  const { stream } = await modelOf(client(), 'drop-mid-stream').startChat().sendMessageStream(QUESTION);
  await attempt('loop', async () => {
    for await (const chunk of stream) see('chunk', chunk);
  });
  await new Promise(setImmediate);
}

/** Suppresses `console.error`, to which the SDK writes errors that it cannot throw, and counts its calls. */
function silenceErrors(): { count(): number; stop(): void } {
  const { error } = console;
  let count = 0;
  console.error = () => void count++;
  return {
    count: () => count,
    stop: () => {
      console.error = error;
    },
  };
}
