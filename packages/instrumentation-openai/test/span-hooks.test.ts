/** The application's hooks that get the span of a call. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { LlmTraceConfig } from '@llmtrace/core';
import { interceptRejections } from '@llmtrace/test-fixtures/harness';
import { type Format, hookVendorModules, loadSdk } from '@llmtrace/test-fixtures/sdks';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';
import { createTelemetry, recordDiag } from '@llmtrace/test-fixtures/telemetry';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { OpenAIInstrumentation } from '../src/index.ts';

const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] };
const telemetry = createTelemetry();
const modelMap = { 'gpt-4o-mini': 'openai:gpt-4o-mini' };

for (const format of ['cjs', 'esm'] as const satisfies Format[]) {
  describe(`hooks with the span (${format})`, () => {
    let vendor: VendorServer;
    let instrumentation: OpenAIInstrumentation;
    let client: any;
    const use = (options: LlmTraceConfig) => instrumentation.setConfig({ modelMap, ...options });
    const ask = (params: object = {}) => client.chat.completions.create({ ...body, ...params });

    before(async () => {
      await hookVendorModules();
      vendor = await startVendorServer();
      instrumentation = telemetry.install(new OpenAIInstrumentation());
      const { exports } = await loadSdk({ set: 'openai-5', package: 'openai', format });
      client = new exports.OpenAI({ apiKey: 'sk-test', baseURL: `${vendor.url}/v1`, maxRetries: 0 });
    });
    beforeEach(async () => {
      telemetry.install(instrumentation);
      await telemetry.reset();
    });
    after(async () => {
      instrumentation.disable();
      await vendor.close();
    });

    it('run once a call, in their order, and set attributes of its span', async () => {
      const seen: unknown[] = [];
      use({
        startSpanHook: ({ request }) => ({ 'app.model': request.model ?? '', 'server.port': 1 }),
        requestHook(span, { endTime }) {
          seen.push(['request', span.isRecording(), endTime]);
          span.setAttribute('app.request', true);
        },
        responseHook(span, { cost, outcome }) {
          seen.push(['response', span.isRecording(), outcome, typeof cost?.total]);
          span.setAttribute('app.response', true).setAttribute('gen_ai.response.id', 'mine');
        },
      });
      await ask();
      for await (const _ of await ask({ stream: true, stream_options: { include_usage: true } }));
      const once = [
        ['request', true, undefined],
        ['response', true, 'completed', 'number'],
      ];
      assert.deepEqual(seen, [...once, ...once]);
      for (const { attributes } of telemetry.spans()) {
        assert.deepEqual([attributes['app.model'], attributes['server.port']], ['gpt-4o-mini', 1]);
        assert.deepEqual([attributes['app.request'], attributes['app.response']], [true, true]);
        assert.equal(attributes['gen_ai.response.id'], 'mine');
      }
      assert.equal(telemetry.spans().length, 2);
    });

    it('see a call that failed', async () => {
      const seen: unknown[] = [];
      use({ responseHook: (_span, { outcome, error }) => void seen.push([outcome, (error as any).status]) });
      await assert.rejects(ask({ model: 'fail-400' }));
      assert.deepEqual(seen, [['failed', 400]]);
    });

    it('give attributes to a sampler, and run also for a span that is not sampled', async () => {
      const exporter = new InMemorySpanExporter();
      const sampler = {
        shouldSample: (_c: unknown, _t: unknown, _n: unknown, _k: unknown, attributes: any) => ({
          decision: attributes['app.keep'] ? 2 : 0,
        }),
        toString: () => 'test',
      };
      const spanProcessors = [new SimpleSpanProcessor(exporter)];
      instrumentation.setTracerProvider(new BasicTracerProvider({ sampler, spanProcessors }));
      const recording: boolean[] = [];
      use({
        startSpanHook: ({ request }) => ({ 'app.keep': request.maxTokens === 7 }),
        responseHook: (span) => void recording.push(span.isRecording()),
      });
      await ask({ max_tokens: 7 });
      await ask({ max_tokens: 8 });
      assert.equal(exporter.getFinishedSpans().length, 1);
      assert.deepEqual(recording, [true, false]);
    });

    it('do not change call or span when they fail, and are logged once', async () => {
      const rejections = interceptRejections();
      const diag = recordDiag();
      const fail = (name: string) => () => {
        throw new Error(name);
      };
      const later = async (): Promise<never> => {
        throw new Error('later');
      };
      const hooks: LlmTraceConfig[] = [
        { startSpanHook: fail('a'), requestHook: fail('b'), responseHook: fail('c') },
        { startSpanHook: later as any, requestHook: later, responseHook: later },
        { observers: [{ start: later, chunk: later, end: later }], hooks: { onComplete: later } },
      ];
      const counts: number[] = [];
      for (const options of hooks) {
        use(options);
        for (let time = 0; time < 3; time++) for await (const _ of await ask({ stream: true }));
        await turn();
        counts.push(diag.lines.length);
      }
      diag.stop();
      rejections.stop();
      assert.deepEqual(rejections.errors, []);
      assert.equal(telemetry.spans().length, 9);
      assert.ok(telemetry.spans().every(({ attributes }) => attributes['gen_ai.response.id']));
      const isFirst = format === 'cjs';
      // The engine logs failures of observers once a process.
      assert.deepEqual(counts, [3, 6, isFirst ? 9 : 6]);
    });

    it('must be functions: the error names the option', () => {
      for (const name of ['startSpanHook', 'requestHook', 'responseHook'])
        assert.throws(() => use({ [name]: 'x' }), {
          message: `Expected \`${name}\` to be a function, got "x".`,
        });
    });
  });
}
