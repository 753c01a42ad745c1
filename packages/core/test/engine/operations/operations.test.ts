/** Operations over an engine: their sums, their ends, their content, and the results that they must not change. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { aCall } from '@llmtrace/test-fixtures/call';
import { createTelemetry, type Telemetry } from '@llmtrace/test-fixtures/telemetry';
import { context, diag, type Span, trace } from '@opentelemetry/api';
import { type Engine, engineOf } from '../../../src/assemble.ts';
import { withLlmAttributes } from '../../../src/attribution/attributes.ts';
import { type LlmTraceConfig, resolveConfig } from '../../../src/config.ts';
import type { EngineConfig } from '../../../src/engine/engine-config.ts';
import { endOpenOperations } from '../../../src/engine/operations/open-operation.ts';
import { operationsOf } from '../../../src/engine/operations/operations.ts';
import { LlmTraceError } from '../../../src/errors/llmtrace-error.ts';
import { budgetReadings } from '../../../src/interceptors/budget.ts';
import { operationOf } from '../../../src/model/agent-operation.ts';
import type { Call } from '../../../src/model/call.ts';
import type { ModelUsage, OpenOperation, Operations } from '../../../src/model/operations.ts';
import { getUsage, onUsage, resetUsage } from '../../../src/observers/usage/usage.ts';
import type { Vendor } from '../../../src/vendor/vendor.ts';

const vendor: Vendor = {
  provider: 'openai',
  module: 'framework',
  extensions: [],
  main: (exports) => exports,
  client: (self) => self,
  baseURL: () => undefined,
  endpoints: [],
};

describe('operations', () => {
  let telemetry: Telemetry;
  before(() => {
    telemetry = createTelemetry();
  });
  beforeEach(() => telemetry.reset());

  const engineWith = (config: LlmTraceConfig = {}): Engine =>
    engineOf(vendor, resolveConfig(config, {}), {
      tracer: telemetry.tracerProvider.getTracer('test'),
      meter: telemetry.meterProvider.getMeter('test'),
      events: [],
      diag,
    });

  /** A model call that ends in the active context. */
  const calls = (engine: EngineConfig, fields: Partial<Call> = {}): void => {
    const call = aCall({
      context: context.active(),
      outcome: 'completed',
      endTime: performance.now(),
      response: { usage: { inputTokens: 100, outputTokens: 10 } },
      cost: { total: 0.5, source: 'local' },
      ...fields,
    });
    for (const observer of engine.observers) observer.end?.(call);
  };

  const agent = (operations: Operations, name: string, run: () => void): void =>
    operations.trace(() => ({ kind: 'invoke_agent', name }), run);

  const tool = (operations: Operations, name: string, run: () => unknown, more = {}): unknown =>
    operations.trace(() => ({ kind: 'execute_tool', name, ...more }), run);

  const attributesOf = (name: string): Record<string, unknown> => {
    const span = telemetry.spans().find((one) => one.name === name);
    assert.ok(span, name);
    return span.attributes;
  };

  const sums = (name: string): unknown[] => {
    const a = attributesOf(name);
    return ['model_calls', 'tool_calls', 'input_tokens', 'output_tokens', 'cost', 'partial'].map(
      (key) => a[`llmtrace.agent.${key}`],
    );
  };

  describe('that stop with a signal', () => {
    const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;
    const start = (controller: AbortController) => {
      const operation = operationsOf(engineWith()).open(() => ({ kind: 'invoke_agent', name: 'A' }));
      assert.ok(operation);
      operation.onAbort(controller.signal, () => operation.end({ outcome: 'cancelled' }));
      return operation;
    };

    it('stop when it is aborted', () => {
      const controller = new AbortController();
      const { record } = start(controller);
      controller.abort();
      assert.equal(record.outcome, 'cancelled');
      assert.equal(listenersOf(controller.signal), 0);
    });

    for (const [name, end] of [
      ['by themselves', (operation: OpenOperation) => operation.end()],
      ['with the span of a framework', endsWithSpan],
      ['with the process', () => endOpenOperations()],
    ] as const)
      it(`leave no listener on it once they have ended ${name}`, () => {
        const controller = new AbortController();
        const operation = start(controller);
        assert.equal(listenersOf(controller.signal), 1);
        end(operation);
        assert.notEqual(operation.record.endTime, undefined);
        assert.equal(listenersOf(controller.signal), 0);
      });

    function endsWithSpan(operation: OpenOperation): void {
      const span = telemetry.tracerProvider.getTracer('framework').startSpan('run');
      operation.adopt(span, () => ({}));
      span.end();
    }

    it('listen to no other value, and to no signal after their end', () => {
      const controller = new AbortController();
      const operation = start(controller);
      for (const value of [undefined, null, 'signal', { aborted: true, addEventListener: 1 }])
        operation.onAbort(value, () => assert.fail());
      operation.end();
      const later = new AbortController();
      operation.onAbort(later.signal, () => assert.fail());
      assert.equal(listenersOf(later.signal), 0);
    });
  });

  it('have the attributes of the function around them, and keep those of the framework', () => {
    const operations = operationsOf(engineWith({ attribution: { hash: ['user'], salt: 'salt' } }));
    withLlmAttributes({ tenant: 'acme', user: 'ann', conversation: 'ours' }, () =>
      operations.trace(
        () => ({ kind: 'invoke_agent', name: 'agent', conversationId: 'of the framework' }),
        () => tool(operations, 'look', () => {}),
      ),
    );
    assert.equal(attributesOf('invoke_agent agent')['gen_ai.conversation.id'], 'of the framework');
    for (const name of ['invoke_agent agent', 'execute_tool look']) {
      const { 'llmtrace.tenant.id': tenant, 'user.id': user } = attributesOf(name);
      assert.equal(tenant, 'acme', name);
      assert.match(String(user), /^[0-9a-f]{16,}$/, name);
    }
  });

  it('count the calls and tools of runs within them, and metrics only their own', async () => {
    const engine = engineWith();
    const operations = operationsOf(engine);
    agent(operations, 'outer', () => {
      calls(engine);
      tool(operations, 'ask', () =>
        agent(operations, 'inner', () => {
          calls(engine);
          calls(engine, { outcome: 'failed', error: new Error('no'), response: {}, cost: undefined });
          tool(operations, 'look', () => {});
        }),
      );
    });
    calls(engine);
    assert.deepEqual(sums('invoke_agent outer'), [3, 2, 200, 20, 1, undefined]);
    assert.deepEqual(sums('invoke_agent inner'), [2, 1, 100, 10, 0.5, undefined]);
    const points = (await telemetry.metrics()).filter(({ name }) => name.startsWith('gen_ai.invoke_agent'));
    const of = (metric: string) =>
      points
        .filter(({ name }) => name === `gen_ai.invoke_agent.${metric}`)
        .map(({ attributes, sum }) => [attributes['gen_ai.agent.name'], sum]);
    assert.deepEqual(of('inference_calls'), [
      ['inner', 2],
      ['outer', 1],
    ]);
    assert.deepEqual(of('tool_calls'), [
      ['inner', 1],
      ['outer', 1],
    ]);
  });

  describe('whose model calls only the framework sees', () => {
    const SMALL: ModelUsage = {
      provider: 'anthropic',
      model: 'small',
      modelCalls: 1,
      usage: { inputTokens: 10, outputTokens: 1, cacheReadTokens: 4, reportedCost: 0.25 },
      isWhole: true,
    };
    const LARGE: ModelUsage = {
      ...SMALL,
      model: 'large',
      modelCalls: 3,
      usage: { inputTokens: 200, outputTokens: 20, reportedCost: 1 },
    };
    const uses = (
      engine: EngineConfig,
      usage: readonly ModelUsage[],
      end: (operation: OpenOperation) => void = (operation) => operation.end(),
    ): void => {
      const operation = operationsOf(engine).open(() => ({
        kind: 'invoke_agent',
        name: 'agent',
        provider: 'anthropic',
        usage: () => usage,
      }));
      assert.ok(operation);
      end(operation);
    };

    it('have the usage and the cost on their span, and the runs around them have it in their sums', () => {
      const engine = engineWith();
      agent(operationsOf(engine), 'outer', () => {
        calls(engine);
        uses(engine, [SMALL, LARGE]);
      });
      const { 'gen_ai.response.model': model, ...attributes } = attributesOf('invoke_agent agent');
      assert.equal(model, undefined);
      assert.deepEqual(attributes, {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.agent.name': 'agent',
        'gen_ai.usage.input_tokens': 210,
        'gen_ai.usage.output_tokens': 21,
        'gen_ai.usage.cache_read.input_tokens': 4,
        'gen_ai.usage.cost': 1.25,
        'llmtrace.cost.currency': 'USD',
        'llmtrace.cost.source': 'provider',
        'llmtrace.agent.model_calls': 4,
        'llmtrace.agent.tool_calls': 0,
        'llmtrace.agent.input_tokens': 210,
        'llmtrace.agent.output_tokens': 21,
        'llmtrace.agent.cost': 1.25,
      });
      assert.deepEqual(sums('invoke_agent outer'), [5, 0, 310, 31, 1.75, undefined]);
      assert.equal(attributesOf('invoke_agent outer')['gen_ai.usage.cost'], undefined);
    });

    it('are in the metrics, in the usage of the process and in its budgets, once', async () => {
      resetUsage();
      const spent: unknown[] = [];
      const forget = onUsage(({ by, cost }) => spent.push([by.model, by.operation, by.tenant, cost]));
      const engine = engineWith({ budget: [{ usd: 2, window: 'total' }] });
      withLlmAttributes({ tenant: 'acme' }, () => uses(engine, [SMALL, LARGE]));
      forget();
      assert.deepEqual(spent, [
        ['small', 'invoke_agent', 'acme', 0.25],
        ['large', 'invoke_agent', 'acme', 1],
      ]);
      const { calls: counted, inputTokens, outputTokens, cost, failed } = getUsage().total;
      assert.deepEqual([counted, inputTokens, outputTokens, cost, failed], [4, 210, 21, 1.25, 0]);
      assert.equal(budgetReadings().at(-1)?.spent, 1.25);
      const points = await telemetry.metrics();
      const of = (metric: string) =>
        points
          .filter(({ name }) => name === metric)
          .map(({ attributes, sum }) => [attributes['gen_ai.response.model'], sum]);
      assert.deepEqual(of('llmtrace.client.cost'), [
        ['small', 0.25],
        ['large', 1],
      ]);
      assert.deepEqual(of('gen_ai.client.token.usage'), [
        ['small', 10],
        ['small', 1],
        ['large', 200],
        ['large', 20],
      ]);
      // They are no calls of this process: no time of theirs is known, and none is in flight.
      assert.deepEqual(of('gen_ai.client.operation.duration'), []);
      assert.deepEqual(of('llmtrace.client.active_requests'), []);
    });

    it('have a partial cost where not all is known, and no cost with `cost: false`', async () => {
      const engine = engineWith();
      uses(engine, [
        { provider: 'anthropic', modelCalls: 0, usage: {}, isWhole: false },
        { ...SMALL, isWhole: false },
      ]);
      const attributes = attributesOf('invoke_agent agent');
      assert.equal(attributes['gen_ai.usage.cost'], 0.25);
      assert.equal(attributes['llmtrace.cost.partial'], true);
      assert.equal(attributes['gen_ai.usage.input_tokens'], undefined);
      assert.deepEqual(sums('invoke_agent agent'), [1, 0, 10, 1, undefined, true]);
      await telemetry.reset();
      uses(engine.withOptions({ cost: false }), [SMALL]);
      assert.equal(attributesOf('invoke_agent agent')['gen_ai.usage.cost'], undefined);
      assert.equal(attributesOf('invoke_agent agent')['gen_ai.usage.input_tokens'], 10);
    });

    it('are asked once, in whichever way they end; an error of that loses the usage alone', async () => {
      const engine = engineWith();
      let asked = 0;
      const open = (usage: () => readonly ModelUsage[]): OpenOperation => {
        const operation = operationsOf(engine).open(() => ({ kind: 'invoke_agent', name: 'agent', usage }));
        assert.ok(operation);
        return operation;
      };
      const operation = open(() => {
        asked++;
        return [SMALL];
      });
      endOpenOperations();
      operation.end();
      assert.equal(asked, 1);
      assert.deepEqual(sums('invoke_agent agent'), [1, 0, 10, 1, 0.25, undefined]);
      await telemetry.reset();
      open(() => {
        throw new Error('no');
      }).end();
      assert.deepEqual(sums('invoke_agent agent'), [0, 0, 0, 0, 0, undefined]);
    });

    it('have the cost alone where other spans have the tokens', () => {
      const engine = engineWith();
      const operation = operationsOf(engine).open(() => ({
        kind: 'invoke_agent',
        name: 'agent',
        usage: () => [SMALL],
        hasTokenSpans: true,
      }));
      operation?.end();
      const attributes = attributesOf('invoke_agent agent');
      assert.equal(attributes['gen_ai.usage.input_tokens'], undefined);
      assert.equal(attributes['gen_ai.usage.cost'], 0.25);
      assert.deepEqual(sums('invoke_agent agent'), [1, 0, 10, 1, 0.25, undefined]);
    });

    it('learn the conversation late', () => {
      uses(engineWith(), [SMALL], (operation) => {
        operation.learn({ conversationId: 'c'.repeat(1000) });
        operation.end();
      });
      assert.match(String(attributesOf('invoke_agent agent')['gen_ai.conversation.id']), /^c{200,255}…$/);
    });
  });

  it('have no cost if the cost of one call is unknown', () => {
    const engine = engineWith();
    const operations = operationsOf(engine);
    agent(operations, 'unpriced', () => {
      calls(engine);
      calls(engine, { cost: undefined });
    });
    agent(operations, 'partial', () =>
      calls(engine, { cost: { total: 1, source: 'local', partial: true, missing: ['grounding'] } }),
    );
    agent(operations, 'refused', () =>
      calls(engine, {
        outcome: 'failed',
        error: new LlmTraceError('no', { code: 'rate_limited', key: 'k', retryAfter: undefined }),
      }),
    );
    const failed = { outcome: 'failed', response: {}, cost: undefined } as const;
    agent(operations, 'unanswered', () => calls(engine, failed));
    // Its usage, which it was billed for, would have come with the last chunk.
    agent(operations, 'broken off', () => calls(engine, { ...failed, chunks: 3 }));
    assert.deepEqual(sums('invoke_agent unpriced'), [2, 0, 200, 20, undefined, true]);
    assert.deepEqual(sums('invoke_agent partial'), [1, 0, 100, 10, undefined, true]);
    assert.deepEqual(sums('invoke_agent refused'), [0, 0, 0, 0, 0, undefined]);
    assert.deepEqual(sums('invoke_agent unanswered'), [1, 0, 0, 0, 0, undefined]);
    assert.deepEqual(sums('invoke_agent broken off'), [1, 0, 0, 0, undefined, true]);
  });

  it('have the tokens under the conventions’ names only by an option', () => {
    for (const agentUsage of ['none', 'conventions'] as const) {
      const engine = engineWith({ agentUsage });
      agent(operationsOf(engine), agentUsage, () => calls(engine));
    }
    assert.equal(attributesOf('invoke_agent none')['gen_ai.usage.input_tokens'], undefined);
    assert.equal(attributesOf('invoke_agent conventions')['gen_ai.usage.input_tokens'], 100);
  });

  it('end once, by their result, their error or their framework', async () => {
    const operations = operationsOf(engineWith());
    const failure = new RangeError('secret');
    assert.equal(
      tool(operations, 'sync', () => 7),
      7,
    );
    assert.equal(await tool(operations, 'async', async () => 8), 8);
    assert.throws(
      () =>
        tool(operations, 'throws', () => {
          throw failure;
        }),
      (error) => error === failure,
    );
    await assert.rejects(
      tool(operations, 'rejects', () => Promise.reject(failure)) as Promise<unknown>,
      (error) => error === failure,
    );
    const waiting = operations.open(() => ({ kind: 'invoke_agent', name: 'waits' }));
    waiting?.end({ outcome: 'interrupted', error: failure });
    waiting?.end({ outcome: 'failed' });
    operations.trace(
      () => ({ kind: 'execute_tool', name: 'says' }),
      () => ({ isError: true }),
      { result: ({ isError }) => (isError ? { errorType: 'tool_error' } : {}) },
    );
    const ends = telemetry
      .spans()
      .map(({ name, attributes, status }) => [
        name,
        attributes['error.type'],
        attributes['llmtrace.agent.outcome'],
        status.code,
      ]);
    assert.deepEqual(ends, [
      ['execute_tool sync', undefined, undefined, 0],
      ['execute_tool async', undefined, undefined, 0],
      ['execute_tool throws', 'RangeError', 'failed', 2],
      ['execute_tool rejects', 'RangeError', 'failed', 2],
      ['invoke_agent waits', undefined, 'interrupted', 0],
      ['execute_tool says', 'tool_error', 'failed', 2],
    ]);
    assert.ok(!JSON.stringify(telemetry.spans().map(({ status }) => status)).includes('secret'));
  });

  it('hand over what a thenable of the application is fulfilled with, whatever its then() returns', async () => {
    const operations = operationsOf(engineWith());
    let asked = 0;
    // As a query of a database that is sent when it is awaited.
    const query = {
      // biome-ignore lint/suspicious/noThenProperty: an application's object has it
      then(fulfilled: (value: string) => void) {
        asked++;
        fulfilled('rows');
      },
    };
    assert.equal(await tool(operations, 'query', () => query), 'rows');
    assert.equal(asked, 1);
    const failing = {
      // biome-ignore lint/suspicious/noThenProperty: an application's object has it
      then(_: unknown, rejected: (error: Error) => void) {
        rejected(new TypeError('no table'));
      },
    };
    await assert.rejects(async () => tool(operations, 'query', () => failing), TypeError);
    assert.deepEqual(
      telemetry.spans().map(({ attributes }) => attributes['error.type']),
      [undefined, 'TypeError'],
    );
  });

  it('follow an iterator in place: its steps run within the operation, the loop’s body does not', async () => {
    const operations = operationsOf(engineWith());
    const inside: unknown[] = [];
    const reading = async (leave: boolean, name: string): Promise<void> => {
      async function* chunks() {
        inside.push(operationOf(context.active())?.subject.name);
        yield 1;
        yield 2;
      }
      const iterator = chunks();
      const operation = operations.open(() => ({ kind: 'invoke_agent', name }));
      assert.ok(operation);
      operations.follow(operation, iterator);
      for await (const _ of iterator) {
        assert.equal(operationOf(context.active()), undefined);
        if (leave) break;
      }
    };
    await reading(false, 'whole');
    await reading(true, 'left');
    await setImmediate(); // its calls are stopped within this turn
    assert.deepEqual(inside, ['whole', 'left']);
    assert.equal(attributesOf('invoke_agent whole')['llmtrace.agent.outcome'], undefined);
    assert.equal(attributesOf('invoke_agent left')['llmtrace.agent.outcome'], 'cancelled');
  });

  it('end with an iterator, by its values and its error', async () => {
    const operations = operationsOf(engineWith());
    const reading = async (name: string, parts: readonly unknown[], error?: Error): Promise<void> => {
      async function* chunks() {
        yield* parts;
        if (error) throw error;
      }
      const iterator = chunks();
      const operation = operations.open(() => ({ kind: 'invoke_agent', name }));
      assert.ok(operation);
      operations.follow(operation, iterator, {
        result: (part) => {
          if (part === 'broken') throw new Error('telemetry');
          return part === 'waits' ? { outcome: 'interrupted' } : {};
        },
        error: () => ({ outcome: 'interrupted' }),
      });
      const seen: unknown[] = [];
      try {
        for await (const part of iterator) seen.push(part);
      } catch (caught) {
        assert.equal(caught, error);
      }
      assert.deepEqual(seen, parts);
    };
    await reading('plain', ['a', 'broken']);
    await reading('waiting', ['waits', 'a']);
    await reading('thrown', ['a'], new RangeError('no failure'));
    const outcome = (name: string): unknown[] => {
      const attributes = attributesOf(`invoke_agent ${name}`);
      return [attributes['llmtrace.agent.outcome'], attributes['error.type']];
    };
    assert.deepEqual(outcome('plain'), [undefined, undefined]);
    assert.deepEqual(outcome('waiting'), ['interrupted', undefined]);
    assert.deepEqual(outcome('thrown'), ['interrupted', undefined]);
  });

  it('end with a generator, by the value that it returns', async () => {
    const operations = operationsOf(engineWith());
    const iterator = (async function* () {
      yield 'waits';
      return 'stopped';
    })();
    const operation = operations.open(() => ({ kind: 'invoke_agent', name: 'returning' }));
    assert.ok(operation);
    operations.follow(operation, iterator, {
      result: () => ({ outcome: 'interrupted' }),
      returned: (value) => (value === 'stopped' ? { outcome: 'cancelled' } : {}),
    });
    await iterator.next();
    assert.deepEqual(await iterator.next(), { value: 'stopped', done: true });
    assert.equal(attributesOf('invoke_agent returning')['llmtrace.agent.outcome'], 'cancelled');
  });

  for (const [name, end, ends] of [
    ['an abandoned operation', { outcome: 'abandoned' }, true],
    ['one that its framework ends', {}, false],
  ] as const)
    it(`${ends ? 'end' : 'leave open'} the span of a framework with ${name}`, () => {
      const span = telemetry.tracerProvider.getTracer('framework').startSpan('their run');
      const operation = operationsOf(engineWith()).open(() => ({ kind: 'invoke_agent', hasOtherSpan: true }));
      operation?.adopt(span);
      operation?.end(end);
      assert.equal(span.isRecording(), !ends);
      span.end();
      assert.equal(attributesOf('their run')['llmtrace.agent.model_calls'], 0);
    });

  it('take an MCP request where the span of the tool is that of a framework', () => {
    const operations = operationsOf(engineWith());
    const request = { method: 'tools/call', requestId: '1' };
    agent(operations, 'asking', () => {
      const operation = operations.open(() => ({ kind: 'execute_tool', name: 'look', hasOtherSpan: true }));
      const span = telemetry.tracerProvider.getTracer('framework').startSpan('their tool');
      const taken = operation?.run(() => operations.takeTool('look', request));
      assert.equal(taken, undefined, 'the span is not known yet');
      operation?.adopt(span);
      assert.equal(trace.getSpan(operation?.record.context ?? context.active()), span);
      assert.ok(operation?.run(() => operations.takeTool('look', request)));
      span.end();
      operation?.end();
    });
    assert.deepEqual(sums('invoke_agent asking').slice(0, 2), [0, 1]);
    const { 'mcp.method.name': method, 'jsonrpc.request.id': id } = attributesOf('their tool');
    assert.deepEqual([method, id], ['tools/call', '1']);
  });

  it('end with the iterator that is never read, once it is collected', async () => {
    const operations = operationsOf(engineWith());
    (() => {
      const operation = operations.open(() => ({ kind: 'invoke_agent', name: 'unread' }));
      assert.ok(operation);
      operations.follow(
        operation,
        (async function* () {
          yield 1;
        })(),
      );
    })();
    for (let turn = 0; turn < 100 && telemetry.spans().length === 0; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      globalThis.gc?.();
    }
    assert.equal(attributesOf('invoke_agent unread')['llmtrace.agent.outcome'], 'abandoned');
  });

  it('end before the process does, the innermost first', () => {
    const operations = operationsOf(engineWith());
    const outer = operations.open(() => ({ kind: 'invoke_agent', name: 'outer' }));
    outer?.run(() => operations.open(() => ({ kind: 'execute_tool', name: 'inner' })));
    endOpenOperations();
    assert.deepEqual(
      telemetry.spans().map(({ name, attributes }) => [name, attributes['llmtrace.agent.outcome']]),
      [
        ['execute_tool inner', 'abandoned'],
        ['invoke_agent outer', 'abandoned'],
      ],
    );
  });

  it('do not keep earlier operations alive', () => {
    const operations = operationsOf(engineWith());
    let current = context.active();
    for (let index = 0; index < 3; index++) {
      context.with(current, () => {
        const operation = operations.open(() => ({ kind: 'invoke_agent', name: `run ${index}` }));
        assert.equal(operation?.record.parent, undefined, `the parent of run ${index}`);
        operation?.end();
        current = operation?.record.context ?? current;
      });
    }
  });

  it('record the arguments and the result of a tool only if content is on, redacted and cut', () => {
    const values = { arguments: '{"mail":"a@example.com"}' };
    const result = { long: 'x'.repeat(100) };
    const recorded = (content: LlmTraceConfig['content']): unknown[] => {
      const operations = operationsOf(engineWith({ ...(content && { content }) }));
      tool(operations, 'mail', () => result, values);
      const { attributes } = telemetry.spans().at(-1) as unknown as { attributes: Record<string, unknown> };
      return [attributes['gen_ai.tool.call.arguments'], attributes['gen_ai.tool.call.result']];
    };
    const whole = [values.arguments, JSON.stringify(result)];
    assert.deepEqual(recorded(undefined), [undefined, undefined]);
    assert.deepEqual(recorded({ capture: 'SPAN_ONLY' }), whole);
    assert.deepEqual(recorded({ capture: 'EVENT_ONLY' }), [undefined, undefined]);
    assert.deepEqual(recorded({ capture: 'SPAN_ONLY', completionHook: () => {} }), [undefined, undefined]);
    assert.deepEqual(recorded({ capture: 'SPAN_ONLY', redact: 'emails', maxLength: 16 }), [
      '{"mail":"[redacted:email]"}',
      `{"long":"${'x'.repeat(15)}…"}`,
    ]);
    const refuse = (): string => {
      throw new Error('no');
    };
    assert.deepEqual(recorded({ capture: 'SPAN_ONLY', redact: refuse }), [undefined, undefined]);
  });

  it('leave out values that JSON cannot hold', () => {
    const operations = operationsOf(engineWith({ content: { capture: 'SPAN_ONLY' } }));
    const cycle: Record<string, unknown> = {};
    cycle['itself'] = cycle;
    assert.equal(
      tool(operations, 'cycle', () => cycle, { arguments: 1n }),
      cycle,
    );
    assert.equal(attributesOf('execute_tool cycle')['gen_ai.tool.call.result'], undefined);
  });

  it('run the application’s function even if telemetry fails', () => {
    const engine = engineWith();
    const operations = operationsOf({
      ...engine,
      startOperationSpan(): Span {
        throw new Error('no span');
      },
    });
    const said = operations.trace(
      () => {
        throw new Error('no subject');
      },
      () => 1,
    );
    assert.equal(said, 1);
    agent(operations, 'a', () => assert.equal(trace.getActiveSpan(), undefined));
  });

  it('cut names, and replace names beyond 100 by `_other` on metrics', async () => {
    const operations = operationsOf(engineWith());
    for (let index = 0; index < 102; index++) tool(operations, `tool ${index} ${'x'.repeat(1000)}`, () => {});
    assert.ok(telemetry.spans().every(({ name }) => name.length < 300));
    const points = (await telemetry.metrics()).filter(({ name }) => name === 'gen_ai.execute_tool.duration');
    assert.equal(points.length, 101);
    assert.equal(points.find(({ attributes }) => attributes['gen_ai.tool.name'] === '_other')?.count, 2);
  });
});
