/** Rows about streams: all ways to read one, to leave one early and to drop one. */
import type { Stage } from '../harness.ts';
import type { ExpectedCall, Row, Setting } from '../vendor-profile.ts';
import { begun, errorType, streamed } from './expected.ts';

export const STREAM = { stream: true } as const;
/** A stream that stops in the middle and waits. */
export const HANGING = { stream: true, model: 'hang-mid-stream' } as const;

/** A stream that the application left early. */
export const left = (setting: Setting): ExpectedCall => ({ ...begun(setting), outcome: 'cancelled' });
const dropped = (setting: Setting): ExpectedCall => ({ ...begun(setting), outcome: 'abandoned' });

/** Reads a stream to the chunk after which it hangs, and calls `act` then. */
export async function readThen(
  { family, see }: Stage,
  stream: AsyncIterable<unknown>,
  act: () => void,
): Promise<void> {
  let chunks = 0;
  for await (const chunk of stream) {
    see('chunk', chunk);
    // `act` runs while the loop waits for the next chunk.
    if (++chunks === family.chunksBeforeCut) setImmediate(act);
  }
  see('chunks', chunks);
}

/** Rows for the streams of all vendors. */
export const streamRows: readonly Row[] = [
  {
    name: 'a stream to its end',
    async run({ client, call, see, seeShape, isCallerActive }) {
      const stream = await call(client(), STREAM);
      seeShape('stream', stream);
      for await (const chunk of stream) see('chunk', chunk);
      see('own context', isCallerActive());
    },
    calls: (setting) => [streamed(setting)],
  },
  {
    name: 'a stream with its usage asked for',
    async run({ client, call, see }) {
      for await (const chunk of await call(client(), { ...STREAM, usage: true })) see('chunk', chunk);
    },
    calls: (setting) => [{ ...streamed(setting), tokens: 'known' }],
  },
  {
    name: 'the application stays in its own context while it reads',
    async run({ client, call, see, isCallerActive }) {
      for await (const _ of await call(client(), STREAM)) see('own context', isCallerActive());
    },
    calls: (setting) => [streamed(setting)],
  },
  {
    name: 'a stream read by hand',
    async run({ client, call, see, seeShape }) {
      const iterator = (await call(client(), STREAM))[Symbol.asyncIterator]();
      seeShape('iterator', iterator);
      for (let result = await iterator.next(); !result.done; result = await iterator.next())
        see('chunk', result);
      see('after the end', await iterator.next());
    },
    calls: (setting) => [streamed(setting)],
  },
  {
    name: 'break after the first chunk',
    async run({ client, call, see }) {
      const stream = await call(client(), HANGING);
      for await (const chunk of stream) {
        see('chunk', chunk);
        break;
      }
      see('aborted', stream.controller?.signal.aborted);
    },
    calls: (setting) => [{ ...left(setting), chunks: 1 }],
  },
  {
    name: 'throw inside the loop',
    async run({ client, call, attempt }) {
      const stream = await call(client(), HANGING);
      await attempt('loop', async () => {
        for await (const _ of stream) throw new Error('The application fails by itself.');
      });
    },
    calls: (setting) => [{ ...left(setting), chunks: 1 }],
  },
  {
    name: 'a stream left before its first chunk',
    async run({ client, call, see }) {
      const iterator = (await call(client(), STREAM))[Symbol.asyncIterator]();
      see('returned', await iterator.return());
      see('next', await iterator.next());
    },
    calls: (setting) => [{ ...left(setting), model: setting.family.model, answer: 'none', chunks: 0 }],
  },
  {
    name: 'AbortSignal while reading',
    async run(stage) {
      const controller = new AbortController();
      const stream = await stage.call(stage.client(), HANGING, { signal: controller.signal });
      await stage.attempt('loop', () => readThen(stage, stream, () => controller.abort()));
    },
    calls: (setting) => [left(setting)],
  },
  {
    name: 'dropped socket in mid-stream',
    async run({ client, call, see, attempt }) {
      const stream = await call(client(), { ...STREAM, model: 'drop-mid-stream' });
      await attempt('loop', async () => {
        for await (const chunk of stream) see('chunk', chunk);
      });
    },
    calls: (setting) => [
      {
        ...begun(setting),
        model: 'drop-mid-stream',
        outcome: 'failed',
        errorType: errorType(setting, 'dropped'),
      },
    ],
  },
  {
    name: 'error event in mid-stream',
    async run({ client, call, see, attempt }) {
      const stream = await call(client(), { ...STREAM, model: 'error-mid-stream' });
      await attempt('loop', async () => {
        for await (const chunk of stream) see('chunk', chunk);
      });
    },
    calls: (setting) => [
      {
        ...begun(setting),
        model: 'error-mid-stream',
        outcome: 'failed',
        errorType: setting.family.streamError?.(setting.sdk) ?? '_OTHER',
      },
    ],
  },
  {
    name: 'a stream that is never read',
    async run({ client, call, see }) {
      await call(client(), HANGING);
      see('got it', true);
    },
    calls: (setting) => [{ ...dropped(setting), answer: 'none', chunks: 0 }],
    collected: true,
  },
  {
    name: 'a stream that is dropped half-read',
    async run({ client, call, see }) {
      const stream = await call(client(), HANGING);
      see('chunk', await stream[Symbol.asyncIterator]().next());
    },
    calls: (setting) => [{ ...dropped(setting), chunks: 1 }],
    collected: true,
  },
  {
    name: 'a stream that is never awaited',
    async run({ client, call, received }) {
      call(client(), STREAM);
      await received(1);
    },
    calls: (setting) => [{ ...dropped(setting), model: setting.family.model, answer: 'none', chunks: 0 }],
    collected: true,
  },
  {
    name: 'garbage is collected while a stream is read',
    async run({ client, call, see, collectGarbage }) {
      const stream = await call(client(), STREAM);
      await collectGarbage();
      let chunks = 0;
      for await (const chunk of stream) {
        see('chunk', chunk);
        if (++chunks === 2) await collectGarbage();
      }
    },
    calls: (setting) => [streamed(setting)],
  },
  {
    name: 'garbage is collected while only the iterator is held',
    async run({ client, call, see, collectGarbage }) {
      const iterator = (await call(client(), STREAM))[Symbol.asyncIterator]();
      see('chunk', await iterator.next());
      await collectGarbage();
      for (let result = await iterator.next(); !result.done; result = await iterator.next())
        see('chunk', result);
    },
    calls: (setting) => [streamed(setting)],
  },
  {
    name: 'two streams read in turns',
    async run({ client, call, see }) {
      const vendor = client();
      const [one, other] = [await call(vendor, STREAM), await call(vendor, STREAM)];
      const [reader, second] = [one[Symbol.asyncIterator](), other[Symbol.asyncIterator]()];
      for (let done = false; !done; ) {
        const results = [await reader.next(), await second.next()];
        done = results.every((result) => result.done);
        see('both', results);
      }
    },
    calls: (setting) => [streamed(setting), streamed(setting)],
  },
  {
    name: 'a stream iterated twice',
    async run({ client, call, see, attempt }) {
      const stream = await call(client(), STREAM);
      for await (const chunk of stream) see('chunk', chunk);
      await attempt('again', async () => {
        for await (const chunk of stream) see('chunk again', chunk);
      });
    },
    calls: (setting) => [streamed(setting)],
  },
  {
    name: 'a failed stream that is never awaited',
    async run({ client, call, received }) {
      call(client(), { ...STREAM, model: 'fail-500' });
      await received(1);
    },
    calls: (setting) => [
      {
        family: setting.family,
        model: 'fail-500',
        stream: true,
        answer: 'none',
        outcome: 'failed',
        errorType: errorType(setting, '500'),
      },
    ],
  },
];
