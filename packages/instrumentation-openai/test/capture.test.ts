/** The captured content of a real SDK's calls; the code is the same for all vendors. */
import assert from 'node:assert/strict';
import type { Content, LlmTraceConfig } from '@llmtrace/core';
import { loadSdk } from '@llmtrace/test-fixtures/sdks';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';
import { createTelemetry, recordDiag } from '@llmtrace/test-fixtures/telemetry';
import { type Span, trace } from '@opentelemetry/api';
import { AlwaysOffSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { OpenAIInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();
const ANSWER = 'The capital of France is Paris.';
const NAMES = ['input.messages', 'output.messages', 'system_instructions', 'tool.definitions'];

const throwing = (error: unknown): never => {
  throw error;
};

type Options = NonNullable<LlmTraceConfig['content']>;

describe('the capture of content', () => {
  let vendor: VendorServer;
  let instrumentation: OpenAIInstrumentation;
  let client: any;

  before(async () => {
    vendor = await startVendorServer();
    instrumentation = telemetry.install(new OpenAIInstrumentation());
    const { exports } = await loadSdk({ set: 'openai-6', package: 'openai', format: 'cjs' });
    client = new exports.OpenAI({ apiKey: 'sk-test', baseURL: `${vendor.url}/v1`, maxRetries: 0 });
  });
  afterEach(() => telemetry.install(instrumentation));
  after(async () => {
    instrumentation.disable();
    await vendor.close();
  });

  const body = (content: unknown = 'hello') => ({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content }],
  });

  /** The content of the one span of these calls. */
  async function captured(content: Options, call: () => Promise<unknown>): Promise<Record<string, any>> {
    instrumentation.setConfig({ content });
    await telemetry.reset();
    await call();
    await telemetry.ended();
    const { attributes = {} } = telemetry.spans()[0] ?? {};
    return Object.fromEntries(
      NAMES.map((name) => [name, attributes[`gen_ai.${name}`]])
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, JSON.parse(String(value))]),
    );
  }

  const chat = (params: object = body()) => client.chat.completions.create(params);

  it('is off by default: llmtrace does not even read message content', async () => {
    const looked: string[] = [];
    const message = {
      role: 'user',
      get content() {
        looked.push('content');
        return 'hello';
      },
    };
    const call = () => chat({ model: 'gpt-4o-mini', messages: [message] });
    assert.deepEqual(await captured({}, call), {});
    const looks = looked.length;
    instrumentation.disable();
    await call();
    instrumentation.enable();
    assert.equal(looked.length, looks * 2, 'as often as the SDK itself looks');
  });

  it('records the content as it was sent, also if the application changes it afterwards', async () => {
    const params = body();
    const { 'input.messages': input, 'output.messages': output } = await captured(
      { capture: 'SPAN_ONLY' },
      async () => {
        const answer = chat(params);
        params.messages.push({ role: 'user', content: 'changed' });
        (params.messages[0] as { content: unknown }).content = 'changed';
        await answer;
      },
    );
    assert.deepEqual(input, [{ role: 'user', parts: [{ type: 'text', content: 'hello' }] }]);
    assert.deepEqual(output, [
      { role: 'assistant', parts: [{ type: 'text', content: ANSWER }], finish_reason: 'stop' },
    ]);
  });

  it('records the part of a stream that arrived before the application left it', async () => {
    const { 'output.messages': output } = await captured({ capture: 'SPAN_ONLY' }, async () => {
      let chunks = 0;
      for await (const _ of await chat({ ...body(), stream: true })) if (++chunks === 4) break;
    });
    assert.equal(output[0].finish_reason, 'error');
    assert.ok(ANSWER.startsWith(output[0].parts[0].content) && output[0].parts[0].content !== ANSWER);
  });

  it('records only the request if the vendor refused it', async () => {
    const content = await captured({ capture: 'SPAN_ONLY' }, () =>
      chat({ ...body(), model: 'fail-401' }).catch(() => {}),
    );
    assert.deepEqual(Object.keys(content), ['input.messages']);
  });

  for (const [what, redact] of [
    [
      'throws',
      () => {
        throw new TypeError('hello is no text for me');
      },
    ],
    ['gives no text', () => undefined as unknown as string],
    ['gives a promise', async () => 'hello'],
    [
      'throws at the answer',
      (text: string) => {
        if (text === ANSWER) throw new Error('oh no');
        return text;
      },
    ],
  ] as const) {
    it(`records nothing where a redactor ${what}, and warns without its text`, async () => {
      const recorder = recordDiag();
      try {
        const content = await captured({ capture: 'SPAN_ONLY', redact: redact as () => string }, () =>
          chat(),
        );
        assert.deepEqual(content, {});
        assert.equal(recorder.lines.length, 1);
        assert.match(String(recorder.lines[0]?.text), /^llmtrace: the content of a call is dropped: /);
        assert.ok(!recorder.lines[0]?.text.includes('hello'));
      } finally {
        recorder.stop();
      }
    });
  }

  it('records the content that the completion hook returns', async () => {
    const { 'input.messages': input } = await captured(
      {
        capture: 'SPAN_ONLY',
        completionHook({ inputMessages }: Content, span: Span) {
          inputMessages?.push({ role: 'user', parts: [{ type: 'text', content: 'added' }] });
          span.setAttribute('stored.at', 'there');
        },
      },
      () => chat(),
    );
    assert.equal(input.length, 2);
    assert.equal(telemetry.spans()[0]?.attributes['stored.at'], 'there');
  });

  it('records nothing if the completion hook throws', async () => {
    const recorder = recordDiag();
    try {
      const completionHook = () => {
        throw new Error('the store is full');
      };
      assert.deepEqual(await captured({ capture: 'SPAN_ONLY', completionHook }, () => chat()), {});
      assert.match(String(recorder.lines[0]?.text), /completion hook failed/);
    } finally {
      recorder.stop();
    }
  });

  for (const [what, hook] of [
    [
      'cannot be looked at',
      () => throwing(Object.defineProperty(new Error(), 'stack', { get: () => throwing('x') })),
    ],
    ['has no class', () => throwing(Object.defineProperty(new Error(), 'constructor', { value: undefined }))],
    ['quotes a trace', () => throwing(new Error('no\n    at home jane@example.com'))],
  ] as const) {
    it(`records nothing if the hook fails with an error that ${what}, which the application does not see`, async () => {
      const recorder = recordDiag();
      try {
        const options: Options = { capture: 'SPAN_ONLY', completionHook: hook };
        const content = await captured(options, async () => {
          for await (const _ of await chat({ ...body(), stream: true }));
          await assert.rejects(chat({ ...body(), model: 'fail-400' }), { status: 400 });
        });
        assert.deepEqual(content, {});
        assert.equal(telemetry.spans().length, 2);
        assert.ok(recorder.lines.every(({ text }) => !text.includes('jane')));
      } finally {
        recorder.stop();
      }
    });
  }

  it('records nothing where the hook returns no messages, and keeps the other attributes', async () => {
    const completionHook = (content: Content) => {
      content.outputMessages = 'gone' as unknown as [];
    };
    const recorder = recordDiag();
    try {
      assert.deepEqual(
        await captured({ capture: 'SPAN_ONLY', maxLength: 5, completionHook }, () => chat()),
        {},
      );
      assert.equal(telemetry.spans()[0]?.attributes['gen_ai.response.model'], 'gpt-4o-mini-2024-07-18');
    } finally {
      recorder.stop();
    }
  });

  it('calls the completion hook once, also if nothing is recorded and the span is not sampled', async () => {
    const seen: (string | undefined)[] = [];
    const content: Options = {
      completionHook: async ({ outputMessages }) => {
        seen.push(outputMessages?.[0]?.finish_reason);
        throw new Error('this is never awaited');
      },
    };
    const recorder = recordDiag();
    try {
      instrumentation.setConfig({ content });
      instrumentation.setTracerProvider(new BasicTracerProvider({ sampler: new AlwaysOffSampler() }));
      for await (const _ of await chat({ ...body(), stream: true }));
      await new Promise(setImmediate);
      assert.deepEqual(seen, ['stop']);
      assert.match(String(recorder.lines[0]?.text), /^llmtrace: the completion hook failed \(Error\)/);
    } finally {
      recorder.stop();
    }
  });

  it('does not read content for a span that is not sampled', async () => {
    let redacted = 0;
    const redact = (text: string) => {
      redacted++;
      return text;
    };
    instrumentation.setConfig({ content: { capture: 'SPAN_ONLY', redact } });
    instrumentation.setTracerProvider(new BasicTracerProvider({ sampler: new AlwaysOffSampler() }));
    await chat();
    assert.equal(redacted, 0);
    telemetry.install(instrumentation);
    await chat();
    assert.ok(redacted > 0);
  });

  it('does not depend on a span', async () => {
    instrumentation.setConfig({ content: { capture: 'SPAN_ONLY' } });
    instrumentation.setTracerProvider(trace.getTracerProvider());
    assert.equal((await chat()).choices.length, 1);
  });
});
