/** Rows about the ends of calls of Google's newer SDK, and about answers that the SDK continues by itself. */
import { CONTINUED_MODEL } from '../bodies/gemini.ts';
import { frozen } from '../harness.ts';
import { begun, errorType } from '../scenarios/expected.ts';
import type { SdkInfo } from '../sdks.ts';
import type { ExpectedCall, Family, Row } from '../vendor-profile.ts';
import { content, interactions, QUESTION, streamed, whole } from './google-genai-families.ts';

const isFirst = ({ major }: SdkInfo): boolean => major === 1;
const noContinuation = (sdk: SdkInfo) =>
  isFirst(sdk) ? 'version 1 does not continue answers by itself' : undefined;

export const endRows: readonly Row[] = [
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
    name: 'a loop that is left, of a stream that goes on',
    async run({ client, call, see }) {
      for await (const chunk of await call(client(), { stream: true })) {
        see('chunk', chunk);
        break;
      }
    },
    calls: () => [{ ...streamed, answer: 'begun', chunks: 1, outcome: 'cancelled' }],
  },
  {
    name: 'a loop that is left by throwing, of a stream that goes on',
    async run({ client, call, attempt }) {
      const stream = await call(client(), { stream: true });
      await attempt('loop', async () => {
        for await (const _ of stream) throw new Error('The application fails by itself.');
      });
    },
    calls: () => [{ ...streamed, answer: 'begun', chunks: 1, outcome: 'cancelled' }],
  },
  {
    name: 'AbortSignal while reading, which throws',
    async run({ client, call, see, attempt }) {
      const controller = new AbortController();
      const ask = { stream: true, model: 'hang-mid-stream' };
      const stream = await call(client(), ask, { signal: controller.signal });
      let chunks = 0;
      await attempt('loop', async () => {
        for await (const chunk of stream) {
          see('chunk', chunk);
          if (++chunks === content.chunksBeforeCut) setImmediate(() => controller.abort());
        }
      });
    },
    calls: (setting) => [{ ...begun(setting), outcome: 'cancelled', errorType: errorType(setting, 'abort') }],
  },
  {
    name: 'a stream left before its first chunk, which its reader alone knows',
    missing: noContinuation,
    async run({ client, call, see }) {
      const stream = await call(client(), { stream: true });
      see('returned', await stream.return());
    },
    calls: () => [{ ...streamed, answer: 'none', chunks: 0, outcome: 'abandoned' }],
    collected: true,
  },
  {
    name: 'aborted before the call, which version 1 does not see',
    missing: (sdk) => (isFirst(sdk) ? undefined : 'later versions see it'),
    async run({ client, call, attempt }) {
      await attempt('answer', () => call(client(), {}, { signal: AbortSignal.abort() }));
    },
    calls: () => [whole],
  },
  {
    name: 'a wrong key',
    async run({ client, call, attempt }) {
      await attempt('answer', () => call(client(), { model: 'fail-400' }));
    },
    calls: () => [
      { family: content, model: 'fail-400', answer: 'none', outcome: 'failed', errorType: '400' },
    ],
  },
];

const continued = (call: ExpectedCall): ExpectedCall => ({
  ...call,
  family: { ...call.family, responseModel: CONTINUED_MODEL },
  model: CONTINUED_MODEL,
});

export const continuationRows: readonly Row[] = [
  {
    name: 'an answer that the SDK continues: each part is a call',
    missing: noContinuation,
    async run({ client, call, see }) {
      see('answer', await call(client(), { model: CONTINUED_MODEL }));
    },
    calls: () => [{ ...continued(whole), finishReasons: ['CONTINUATION'] }, continued(whole)],
  },
  {
    name: 'a stream that the SDK continues: each part is a call',
    missing: noContinuation,
    async run({ client, call, see }) {
      for await (const chunk of await call(client(), { model: CONTINUED_MODEL, stream: true }))
        see('chunk', chunk);
    },
    calls: () => [{ ...continued(streamed), finishReasons: ['CONTINUATION'] }, continued(streamed)],
  },
  {
    name: 'an interaction that the SDK continues: its usage is the sum',
    missing: noContinuation,
    async run({ client, see }) {
      see('answer', await client().interactions.create(frozen({ model: CONTINUED_MODEL, input: QUESTION })));
    },
    calls: () => [{ ...continued({ family: twice, answer: 'whole' }) }],
  },
  {
    name: 'a streamed interaction that the SDK continues: its usage is the sum',
    missing: noContinuation,
    async run({ client, see }) {
      const request = frozen({ model: CONTINUED_MODEL, input: QUESTION, stream: true });
      for await (const event of await client().interactions.create(request)) see('chunk', event);
    },
    calls: () => [{ ...continued({ family: twice, answer: 'whole', stream: true, chunks: 'some' }) }],
  },
];

const double = (tokens: object): object =>
  Object.fromEntries(Object.entries(tokens).map(([name, count]) => [name, 2 * count]));

const twice: Family = {
  ...interactions,
  tokens: double(interactions.tokens ?? {}) as Family['tokens'] & object,
};
