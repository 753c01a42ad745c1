/** A stream whose answer interceptors pass on: the application gets the chunks that it gets without them. */
import assert from 'node:assert/strict';
import { type Format, hookVendorModules, loadSdk } from '@llmtrace/test-fixtures/sdks';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import sinon from 'sinon';
import { GoogleGenerativeAIInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();

const event = (text: string): string =>
  `data: ${JSON.stringify({ candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] } }] })}\n\n`;
const BODIES: Readonly<Record<string, string>> = {
  'an event that is no JSON after one chunk': `${event('a')}data: [DONE]\n\n`,
  'an event that is no JSON after two chunks': `${event('a')}${event('b')}data: [DONE]\n\n`,
  'an event that is no JSON at once': 'data: [DONE]\n\n',
  'a whole answer': `${event('a')}${event('b')}`,
  'no event': '',
};

for (const format of ['cjs', 'esm'] as const satisfies Format[]) {
  describe(`intercepted streams (${format})`, () => {
    let instrumentation: GoogleGenerativeAIInstrumentation;
    let GoogleGenerativeAI: any;
    before(async () => {
      await hookVendorModules();
      const pass = async (_call: unknown, next: () => Promise<unknown>) => await next();
      instrumentation = telemetry.install(
        new GoogleGenerativeAIInstrumentation({
          interceptors: [pass, pass],
          ...{ retry: true, rateLimit: { requestsPerMinute: 1e6 }, budget: { usd: 1e6 } },
        }),
      );
      ({ GoogleGenerativeAI } = (
        await loadSdk({ set: 'generative-ai', package: '@google/generative-ai', format })
      ).exports);
    });
    afterEach(() => {
      sinon.restore();
      telemetry.reset();
    });
    after(() => instrumentation.disable());

    const answers = (body: string) =>
      sinon
        .stub(globalThis, 'fetch')
        .callsFake(async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }));

    /** What an application sees that reads the stream. */
    async function read(start: (model: any) => Promise<any>): Promise<string[]> {
      const model = new GoogleGenerativeAI('key').getGenerativeModel({ model: 'gemini-2.5-flash' });
      const { stream, response } = await start(model);
      response.catch(() => {});
      const seen: string[] = [];
      try {
        for await (const chunk of stream) seen.push(chunk.text());
        seen.push('end');
      } catch (error) {
        seen.push(String(error));
      }
      return seen;
    }

    const STARTS: Readonly<Record<string, (model: any) => Promise<any>>> = {
      'a model': (model) => model.generateContentStream('Hello?'),
      'a chat': (model) => model.startChat().sendMessageStream('Hello?'),
    };
    for (const [who, start] of Object.entries(STARTS))
      for (const [title, body] of Object.entries(BODIES))
        it(`have the same chunks: ${who}, ${title}`, async () => {
          answers(body);
          sinon.stub(console, 'error'); // chats of the SDK print such errors
          instrumentation.disable();
          const bare = await read(start);
          instrumentation.enable();
          assert.deepEqual(await read(start), bare);
          assert.equal(telemetry.spans().length, 1);
        });

    for (const way of ['return', 'throw'] as const)
      it(`end at once where they are left before they are read, by ${way}()`, async () => {
        const forever = () => new Response(new ReadableStream());
        sinon.stub(globalThis, 'fetch').callsFake(async () => forever());
        const left = async (): Promise<unknown[]> => {
          const model = new GoogleGenerativeAI('key').getGenerativeModel({ model: 'gemini-2.5-flash' });
          const { stream } = await model.generateContentStream('Hello?');
          const ended = await stream[way](7).catch((error: unknown) => ['thrown', error]);
          return [ended, await stream.next(), await stream.return(8)];
        };
        instrumentation.disable();
        const bare = await left();
        instrumentation.enable();
        assert.deepEqual(await left(), bare);
        assert.equal(telemetry.spans()[0]?.attributes['llmtrace.stream.outcome'], 'cancelled');
      });

    it('report a rejection that the application does not handle as without them', async () => {
      answers(BODIES['an event that is no JSON at once'] as string);
      const seen: unknown[] = [];
      const listeners = process.rawListeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection');
      process.on('unhandledRejection', (error) => seen.push(error));
      try {
        const model = new GoogleGenerativeAI('key').getGenerativeModel({ model: 'gemini-2.5-flash' });
        const { stream, response } = await model.generateContentStream('Hello?');
        response.catch(() => {});
        void stream.next();
        await new Promise((resolve) => setTimeout(resolve, 20));
        assert.equal(seen.length, 1);
      } finally {
        process.removeAllListeners('unhandledRejection');
        for (const listener of listeners) process.on('unhandledRejection', listener as () => void);
      }
    });
  });
}
