/** Rows about the stream class that OpenAI's and Anthropic's SDKs share. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Row } from '../vendor-profile.ts';
import { streamed } from './expected.ts';
import { HANGING, left, readThen, STREAM } from './streams.ts';

export const sdkStreamRows: readonly Row[] = [
  {
    name: 'controller.abort() while reading',
    async run(stage) {
      const stream = await stage.call(stage.client(), HANGING);
      await stage.attempt('loop', () => readThen(stage, stream, () => stream.controller.abort()));
    },
    calls: (setting) => [left(setting)],
  },
  {
    name: 'controller.abort() before reading',
    async run({ client, call, see, attempt }) {
      const stream = await call(client(), HANGING);
      stream.controller.abort();
      const loop = attempt('loop', async () => {
        for await (const chunk of stream) see('chunk of an aborted stream', chunk);
      });
      // With node-fetch (openai 4) the loop over an aborted stream does not end.
      const ended = await Promise.race([loop.then(() => true), wait(150, false)]);
      see('the loop ended', ended);
    },
    calls: (setting) => [{ ...left(setting), answer: 'none', chunks: 0 }],
  },
  {
    name: 'tee()',
    async run({ client, call, see, seeShape }) {
      const [one, other] = (await call(client(), STREAM)).tee();
      seeShape('one', one);
      for await (const chunk of one) see('chunk of one', chunk);
      for await (const chunk of other) see('chunk of the other', chunk);
    },
    calls: (setting) => [streamed(setting)],
  },
  {
    name: 'tee(), and only one is read',
    async run({ client, call, see }) {
      const [branch] = (await call(client(), STREAM)).tee();
      for await (const chunk of branch) see('chunk of one', chunk);
    },
    calls: (setting) => [streamed(setting)],
  },
  {
    name: 'tee(), and garbage is collected while only one is held',
    async run({ client, call, see, collectGarbage }) {
      const branch = (await call(client(), STREAM)).tee()[1];
      await collectGarbage();
      for await (const chunk of branch) see('chunk of one', chunk);
    },
    calls: (setting) => [streamed(setting)],
  },
  {
    name: 'tee(), after a wrapper has taken an iterator that it never reads',
    async run({ client, call, see, collectGarbage }) {
      const stream = await call(client(), STREAM);
      stream[Symbol.asyncIterator]();
      await collectGarbage();
      const [one, other] = stream.tee();
      for await (const chunk of one) see('chunk of one', chunk);
      for await (const chunk of other) see('chunk of the other', chunk);
    },
    calls: (setting) => [streamed(setting)],
  },
  {
    name: 'two iterators, and the one that is read second',
    async run({ client, call, see, attempt }) {
      const stream = await call(client(), STREAM);
      const [unread, read] = [stream[Symbol.asyncIterator](), stream[Symbol.asyncIterator]()];
      see('chunk', await read.next());
      await attempt('the other', () => unread.next());
      await unread.return?.();
      for await (const chunk of { [Symbol.asyncIterator]: () => read }) see('chunk', chunk);
    },
    calls: (setting) => [streamed(setting)],
  },
  {
    name: 'an iterator that is taken, and its stream dropped before it is read',
    async run({ client, call, see, collectGarbage }) {
      const iterator = (await call(client(), STREAM))[Symbol.asyncIterator]();
      await collectGarbage();
      for await (const chunk of { [Symbol.asyncIterator]: () => iterator }) see('chunk', chunk);
    },
    calls: (setting) => [streamed(setting)],
  },
  {
    name: 'toReadableStream()',
    async run({ client, call, see, seeShape }) {
      const stream = await call(client(), STREAM);
      const readable = stream.toReadableStream();
      seeShape('readable', readable);
      const copy = stream.constructor.fromReadableStream(readable, stream.controller);
      for await (const chunk of copy) see('chunk', chunk);
    },
    calls: (setting) => [streamed(setting)],
  },
  {
    name: 'toReadableStream(), cancelled',
    async run({ client, call, see }) {
      const stream = await call(client(), HANGING);
      const reader = stream.toReadableStream().getReader();
      see('chunk', await reader.read());
      await reader.cancel();
      see('aborted', stream.controller.signal.aborted);
    },
    calls: (setting) => [left(setting)],
  },
  {
    name: 'a stream withResponse',
    async run({ client, call, see }) {
      const { data, response } = await call(client(), STREAM).withResponse();
      see('status', response.status);
      for await (const chunk of data) see('chunk', chunk);
    },
    calls: (setting) => [streamed(setting)],
  },
  {
    name: 'a stream asResponse, then the events as text',
    async run({ client, call, see }) {
      const response = await call(client(), STREAM).asResponse();
      see('body', await response.text());
    },
    calls: (setting) => [streamed(setting)],
  },
  {
    name: 'a stream asResponse, then the body piece by piece',
    async run({ client, call, see }) {
      const { body } = await call(client(), STREAM).asResponse();
      see('body', await textOf(body));
    },
    calls: ({ family }) => [{ family, stream: true, answer: 'none', isUnseen: true }],
  },
  {
    name: 'a stream withResponse, then the body of the response',
    async run({ client, call, see }) {
      const { response } = await call(client(), STREAM).withResponse();
      see('body', await textOf(response.body));
    },
    calls: ({ family }) => [{ family, stream: true, answer: 'none', isUnseen: true }],
  },
  {
    name: 'a stream withResponse, then the events as text',
    async run({ client, call, see }) {
      const { response } = await call(client(), STREAM).withResponse();
      see('body', await response.text());
    },
    calls: (setting) => [streamed(setting)],
  },
];

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString();
}
