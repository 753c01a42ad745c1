/**
 * Runs of `@google/adk` 2.0, whose spans get the sums of the calls within. The spans are made as ADK makes them, which installs more
 * than all else here; the calls are of `openai`.
 */
import assert from 'node:assert/strict';
import { processWide } from '@llmtrace/core/internal';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';
import { loadSdk } from '@llmtrace/test-fixtures';
import { useAsyncContext } from '@llmtrace/test-fixtures/telemetry';
import {
  type Attributes,
  context,
  type Span,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { WireItem, WireSpan } from '../../src/sdk/export-thread/messages.ts';
import { startTracing } from '../../src/sdk/tracer-provider.ts';

const ANSWER = {
  id: 'c',
  model: 'gpt-4o-mini',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Sunny.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050 },
};
const COST = 0.00018;
const sums = (models: number, tools: number): Attributes => ({
  'llmtrace.agent.model_calls': models,
  'llmtrace.agent.tool_calls': tools,
  'llmtrace.agent.input_tokens': 1000 * models,
  'llmtrace.agent.output_tokens': 50 * models,
  'llmtrace.agent.cost': Number((COST * models).toPrecision(12)),
});

describe('a run of ADK', () => {
  const items: WireItem[] = [];
  let provider: TracerProvider;
  let instrumentation: OpenAIInstrumentation;
  let ask: () => Promise<unknown>;

  const start = (): TracerProvider =>
    startTracing({ send: (item) => void items.push(item), drain: async () => {} });

  before(async () => {
    useAsyncContext();
    provider = start();
    instrumentation = new OpenAIInstrumentation();
    instrumentation.setTracerProvider(provider);
    const { exports } = await loadSdk({ set: 'openai-6', package: 'openai', format: 'cjs' });
    const { OpenAI } = instrumentation.instrumentModule(exports as any);
    const client = new OpenAI({ apiKey: 'k', fetch: async () => Response.json(ANSWER) });
    ask = () =>
      client.chat.completions.create({
        model: 'gpt-4o-mini',
        messages: [{ role: 'user', content: 'Rome?' }],
      });
  });
  after(() => {
    instrumentation.disable();
  });
  beforeEach(() => {
    items.length = 0;
  });

  /** Runs a function within a span of ADK. */
  async function within<T>(name: string, run: (span: Span) => Promise<T>): Promise<T> {
    const span = provider.getTracer('gcp.vertex.agent').startSpan(name);
    const answer = await context.with(trace.setSpan(context.active(), span), () => run(span));
    span.end();
    return answer;
  }

  const callModel = (): Promise<unknown> => within('call_llm', ask);

  /** The sums on the exported span of a run; the cost as a sum of decimal fractions. */
  function sumsOf(agent: string): Attributes {
    const spans = (items as { span?: WireSpan }[]).flatMap(({ span }) => (span ? [span] : []));
    const span = spans.find(([name]) => name === `invoke_agent ${agent}`);
    assert.ok(span, `the run of ${agent} is exported`);
    const found = Object.entries(span[1]).filter(([name]) => name.startsWith('llmtrace.'));
    return Object.fromEntries(found.map(([name, value]) => [name, Number(Number(value).toPrecision(12))]));
  }

  it('has the sums of its model calls and its tools', async () => {
    await within('invoke_agent weather', async () => {
      await within('call_llm', async () => {
        await ask();
        await within('execute_tool forecast', async () => {});
        await within('execute_tool forecast', async () => {});
        await within('execute_tool (merged)', async () => {});
      });
      await callModel();
    });
    assert.deepEqual(sumsOf('weather'), sums(2, 2));
  });

  it('counts the calls of its tools, and of agents within it', async () => {
    await within('invoke_agent boss', async () => {
      await callModel();
      await within('execute_tool inner', async () => {
        await ask();
        await within('invoke_agent inner', callModel);
      });
    });
    assert.deepEqual(sumsOf('boss'), sums(3, 1));
    assert.deepEqual(sumsOf('inner'), sums(1, 0));
  });

  it('counts no call of another one at the same time, and none outside', async () => {
    await Promise.all([
      within('invoke_agent one', callModel),
      within('invoke_agent two', async () => {
        await callModel();
        await callModel();
      }),
      ask(),
    ]);
    assert.deepEqual(sumsOf('one'), sums(1, 0));
    assert.deepEqual(sumsOf('two'), sums(2, 0));
  });

  it('ends the spans of its model calls that ADK has left open', async () => {
    await within('invoke_agent weather', async () => {
      await callModel();
      const span = provider.getTracer('gcp.vertex.agent').startSpan('call_llm');
      await context.with(trace.setSpan(context.active(), span), ask);
    });
    const calls = (items as { span?: WireSpan }[]).flatMap(({ span }) =>
      span?.[0] === 'call_llm' ? [span] : [],
    );
    assert.deepEqual(
      calls.map(([, attributes]) => attributes['gen_ai.usage.input_tokens']),
      [1000, 1000],
    );
    assert.deepEqual(sumsOf('weather'), sums(2, 0));
  });

  it('is reported to the observers of the process as it ends', async () => {
    const ended: unknown[] = [];
    const { observers } = processWide();
    processWide().observers = [
      { operationEnd: ({ subject, outcome }) => void ended.push([subject.kind, subject.name, outcome]) },
    ];
    try {
      await within('invoke_agent good', async () => {});
      await within('invoke_agent bad', async (span) => void span.setStatus({ code: SpanStatusCode.ERROR }));
    } finally {
      processWide().observers = observers ?? [];
    }
    assert.deepEqual(ended, [
      ['invoke_agent', 'good', 'completed'],
      ['invoke_agent', 'bad', 'failed'],
    ]);
  });

  it('has no sums where agents are off', async () => {
    process.env['LLMTRACE_AGENTS'] = 'false';
    try {
      provider = start();
    } finally {
      delete process.env['LLMTRACE_AGENTS'];
    }
    await within('invoke_agent weather', callModel);
    assert.deepEqual(sumsOf('weather'), {});
  });
});
