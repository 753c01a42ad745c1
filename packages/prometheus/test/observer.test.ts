import assert from 'node:assert/strict';
import { type AgentOperation, type Call, LlmTraceError } from '@llmtrace/core';
import { recordDiag } from '@llmtrace/test-fixtures';
import { aCall } from '@llmtrace/test-fixtures/call';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { Counter, Registry } from 'prom-client';
import sinon from 'sinon';
import { type PrometheusObserver, prometheusObserver } from '../src/index.ts';
import { IDLE } from '../src/labels.ts';
import { render } from '../src/render.ts';

const OPENMETRICS = 'application/openmetrics-text';

function play(observer: PrometheusObserver, ...calls: Call[]): void {
  for (const call of calls) {
    observer.start?.(call);
    if (call.outcome) observer.end?.(call);
  }
}

/** The samples of a registry, buckets left out. */
async function samples(observer: PrometheusObserver): Promise<Record<string, number>> {
  const { body } = await render(observer.register, undefined);
  const lines = body.split('\n').filter((line) => line && !line.startsWith('#') && !line.includes('_bucket'));
  // Budgets are the process's, and other tests have some.
  const observed = lines.filter((line) => !line.startsWith('llmtrace_budget_'));
  return Object.fromEntries(
    observed.map((line) => [line.replace(/ \S+$/, ''), Number(/\S+$/.exec(line)?.[0])]),
  );
}

const completed = aCall({
  outcome: 'completed',
  startTime: 1000,
  attemptTime: 1200,
  firstChunkTime: 1700,
  endTime: 3000,
  chunks: 12,
  response: { usage: { inputTokens: 10, outputTokens: 4 } },
  cost: { total: 0.25, source: 'local' },
});

const of = (tenant: string | undefined, changes: Partial<Call> = {}): Call => ({
  ...completed,
  attributes: { tenant, user: 'ann' },
  ...changes,
});

describe('the Prometheus metrics by attributes of calls', () => {
  const costs = async (observer: PrometheusObserver): Promise<[string, number][]> =>
    Object.entries(await samples(observer)).filter(([name]) => name.startsWith('llmtrace_cost_usd_total'));

  it('count the usage that only a framework sees as tokens and cost, not as requests', async () => {
    const observer = prometheusObserver();
    observer.usage?.(of('acme', { modelCalls: 3 }), {} as AgentOperation);
    const labels = '{provider="openai",model="gpt-4o"}';
    const counted = await samples(observer);
    const value = (name: string) => counted[`llmtrace_${name}${labels}`];
    assert.deepEqual(
      ['cost_usd_total', 'tokens_total', 'requests_total', 'request_duration_seconds_count'].map(value),
      [0.25, 14, 0, undefined],
    );
  });

  it('have labels for the configured attributes only', async () => {
    const observer = prometheusObserver({ attributes: ['tenant.id', 'feature'] });
    play(observer, of('acme'), of('acme'), of(undefined));
    play(observer, of('acme', { outcome: 'failed', error: { status: 429 } }));
    const labels = (tenant: string) =>
      `provider="openai",model="gpt-4o",tenant_id="${tenant}",feature="unknown"`;
    assert.deepEqual(await costs(observer), [
      [`llmtrace_cost_usd_total{${labels('acme')}}`, 0.75],
      [`llmtrace_cost_usd_total{${labels('unknown')}}`, 0.25],
    ]);
    const failed =
      'llmtrace_errors_total{provider="openai",error_type="rate_limit",tenant_id="acme",feature="unknown"}';
    assert.equal((await samples(observer))[failed], 1);
  });

  it('keep to their cap, and remove the series of an idle value', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['performance'] });
    const diag = recordDiag();
    try {
      const observer = prometheusObserver({ attributes: ['tenant'], maxLabelValues: 3 });
      for (let at = 0; at < 1000; at++) play(observer, of(`t${at}`));
      const tenantsOf = async () =>
        (await costs(observer)).map(([name]) => /tenant_id="(\w+)"/.exec(name)?.[1]);
      assert.deepEqual(await tenantsOf(), ['t0', 't1', 't2', 'other']);
      assert.deepEqual((await costs(observer)).at(-1)?.[1], 997 * 0.25);
      clock.tick(IDLE);
      play(observer, of('new'), of('t1'));
      assert.deepEqual(await tenantsOf(), ['t1', 't2', 'other', 'new']);
      assert.deepEqual((await costs(observer))[0]?.[1], 0.5);
      assert.equal(diag.lines.length, 1);
    } finally {
      diag.stop();
      clock.restore();
    }
  });

  it('refuse attributes that have no label of their own', () => {
    for (const attributes of [['tenant', 'tenant.id'], ['provider'], [5], 'tenant'] as any[])
      assert.throws(() => prometheusObserver({ attributes }), TypeError);
    assert.throws(
      () => prometheusObserver({ attributes: ['app.x'], defaultLabels: { app_x: 'y' } }),
      TypeError,
    );
  });

  it('accept calls of another copy of llmtrace, which have no attributes', async () => {
    const observer = prometheusObserver({ attributes: ['tenant'] });
    play(observer, of('x', { attributes: undefined as any }));
    assert.equal((await costs(observer)).length, 1);
  });
});

describe('the Prometheus metrics of calls', () => {
  it('have exactly the names and labels that are documented', async () => {
    const observer = prometheusObserver();
    play(observer, completed, aCall({ outcome: 'failed', error: { status: 429 }, endTime: 500 }));
    const labels = '{provider="openai",model="gpt-4o"}';
    assert.deepEqual(await samples(observer), {
      [`llmtrace_requests_total${labels}`]: 2,
      [`llmtrace_request_duration_seconds_sum${labels}`]: 2.5,
      [`llmtrace_request_duration_seconds_count${labels}`]: 2,
      [`llmtrace_tokens_total${labels}`]: 14,
      [`llmtrace_input_tokens_total${labels}`]: 10,
      [`llmtrace_output_tokens_total${labels}`]: 4,
      [`llmtrace_cost_usd_total${labels}`]: 0.25,
      'llmtrace_active_requests{provider="openai"}': 0,
      'llmtrace_errors_total{provider="openai",error_type="rate_limit"}': 1,
      [`llmtrace_stream_chunks_total${labels}`]: 12,
      [`llmtrace_time_to_first_chunk_seconds_sum${labels}`]: 0.5,
      [`llmtrace_time_to_first_chunk_seconds_count${labels}`]: 1,
      [`llmtrace_retries_total${labels}`]: 0,
      [`llmtrace_unpriced_calls_total${labels}`]: 0,
      [`llmtrace_partial_costs_total${labels}`]: 0,
      [`llmtrace_estimated_calls_total${labels}`]: 0,
      'llmtrace_refused_total{reason="cost_unknown"}': 0,
      'llmtrace_refused_total{reason="rate_limited"}': 0,
      'llmtrace_refused_total{reason="queue_full"}': 0,
      'llmtrace_refused_total{reason="wait_too_long"}': 0,
      'llmtrace_refused_total{reason="budget_exceeded"}': 0,
      'llmtrace_refused_total{reason="budget_invalid"}': 0,
      'llmtrace_refused_total{reason="limits_unavailable"}': 0,
    });
    const types = [...(await render(observer.register, undefined)).body.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    assert.deepEqual(Object.fromEntries(types.map(([, name, type]) => [name, type])), {
      llmtrace_requests_total: 'counter',
      llmtrace_request_duration_seconds: 'histogram',
      llmtrace_tokens_total: 'counter',
      llmtrace_input_tokens_total: 'counter',
      llmtrace_output_tokens_total: 'counter',
      llmtrace_cost_usd_total: 'counter',
      llmtrace_active_requests: 'gauge',
      llmtrace_errors_total: 'counter',
      llmtrace_stream_chunks_total: 'counter',
      llmtrace_time_to_first_chunk_seconds: 'histogram',
      llmtrace_retries_total: 'counter',
      llmtrace_rate_limit_wait_seconds: 'histogram',
      llmtrace_unpriced_calls_total: 'counter',
      llmtrace_partial_costs_total: 'counter',
      llmtrace_refused_total: 'counter',
      llmtrace_estimated_calls_total: 'counter',
      llmtrace_budget_spent_usd: 'gauge',
      llmtrace_budget_remaining_usd: 'gauge',
    });
  });

  it('count a call as active until it ends', async () => {
    const observer = prometheusObserver();
    const call = aCall();
    const active = async () => (await samples(observer))['llmtrace_active_requests{provider="openai"}'];
    observer.start?.(call);
    assert.equal(await active(), 1);
    observer.end?.({ ...call, outcome: 'abandoned' });
    assert.equal(await active(), 0);
  });

  it('count only failed calls as errors', async () => {
    const observer = prometheusObserver();
    const error = new DOMException('x', 'AbortError');
    play(observer, aCall({ outcome: 'cancelled', error }), aCall({ outcome: 'abandoned' }));
    const names = Object.keys(await samples(observer));
    assert.deepEqual(
      names.filter((name) => name.startsWith('llmtrace_errors')),
      [],
    );
    play(observer, aCall({ outcome: 'failed', error }));
    const errors = (await samples(observer))['llmtrace_errors_total{provider="openai",error_type="timeout"}'];
    assert.equal(errors, 1);
  });

  it('do not invent tokens or costs that are not known', async () => {
    const observer = prometheusObserver();
    play(observer, aCall({ outcome: 'completed' }));
    const counted = Object.entries(await samples(observer)).filter(([name]) => /tokens|cost/.test(name));
    assert.ok(counted.length > 0);
    assert.deepEqual(
      counted.filter(([, value]) => value !== 0),
      [],
    );
  });

  it('have the counters of money at 0 while the first call of a model is under way', async () => {
    const observer = prometheusObserver();
    const call = aCall(completed);
    observer.start?.(call);
    const cost = 'llmtrace_cost_usd_total{provider="openai",model="gpt-4o"}';
    assert.equal((await samples(observer))[cost], 0);
    observer.end?.(call);
    assert.equal((await samples(observer))[cost], 0.25);
  });

  it('do not count calls that llmtrace refused as calls of the provider', async () => {
    const observer = prometheusObserver();
    const error = new LlmTraceError('no', { code: 'wait_too_long', key: 'k', retryAfter: undefined });
    const retries = [{ time: 1, errorType: 'server', status: 500, delay: 5 }];
    play(observer, aCall({ outcome: 'failed', error, endTime: 900, rateLimitWait: 400, retries }));
    const counted = await samples(observer);
    const labels = '{provider="openai",model="gpt-4o"}';
    assert.equal(counted['llmtrace_refused_total{reason="wait_too_long"}'], 1);
    assert.equal(counted[`llmtrace_requests_total${labels}`], 0);
    assert.equal(counted[`llmtrace_retries_total${labels}`], 1);
    assert.equal(counted[`llmtrace_rate_limit_wait_seconds_sum${labels}`], 0.4);
    const others = Object.keys(counted).filter((name) => /errors|duration|first_chunk/.test(name));
    assert.deepEqual(others, []);
  });

  it('count the calls whose cost is not known, or leaves something out', async () => {
    const observer = prometheusObserver();
    const response = { usage: { inputTokens: 10, outputTokens: 4 } };
    play(
      observer,
      aCall({ outcome: 'completed', response }),
      aCall({ outcome: 'cancelled', response, cost: { total: 1, source: 'local', partial: true } }),
      aCall({ outcome: 'completed' }),
    );
    const counted = await samples(observer);
    assert.equal(counted['llmtrace_unpriced_calls_total{provider="openai",model="gpt-4o"}'], 1);
    assert.equal(counted['llmtrace_partial_costs_total{provider="openai",model="gpt-4o"}'], 1);
  });

  it('stop at a number of label values, with one warning', async () => {
    const diag = recordDiag();
    const observer = prometheusObserver({ maxLabelValues: 2 });
    for (const model of ['a', 'b', 'c', 'd', 'a'])
      play(observer, aCall({ outcome: 'completed', request: { model } }));
    diag.stop();
    const counted = await samples(observer);
    assert.equal(counted['llmtrace_requests_total{provider="openai",model="a"}'], 2);
    assert.equal(counted['llmtrace_requests_total{provider="openai",model="other"}'], 2);
    assert.deepEqual(
      diag.lines.map(({ text }) => text),
      ['llmtrace: more than 2 values of the Prometheus label `model`; further ones are counted as `other`'],
    );
  });

  it('bring the gauge back to 0 for a provider beyond the cap', async () => {
    const diag = recordDiag();
    const observer = prometheusObserver({ maxLabelValues: 1 });
    for (const provider of ['a', 'b', 'c']) play(observer, aCall({ outcome: 'completed', provider }));
    diag.stop();
    const active = Object.entries(await samples(observer)).filter(([name]) => name.includes('active'));
    assert.deepEqual(active, [
      ['llmtrace_active_requests{provider="a"}', 0],
      ['llmtrace_active_requests{provider="other"}', 0],
    ]);
  });

  it('take any model that the application passes', async () => {
    const observer = prometheusObserver();
    for (const model of [undefined, '', { a: 1 }, 'x'.repeat(500), 'a"b\n']) {
      play(observer, aCall({ outcome: 'completed', request: { model: model as string } }));
    }
    const counted = await samples(observer);
    assert.equal(counted['llmtrace_requests_total{provider="openai",model="unknown"}'], 3);
    assert.equal(counted[`llmtrace_requests_total{provider="openai",model="${'x'.repeat(128)}"}`], 1);
    assert.equal(counted['llmtrace_requests_total{provider="openai",model="a\\"b\\n"}'], 1);
  });

  it('have the prefix and the labels of the application', async () => {
    const observer = prometheusObserver({ prefix: 'my', defaultLabels: { service: 'chat' } });
    play(observer, completed);
    const counted = await samples(observer);
    assert.equal(counted['my_requests_total{service="chat",provider="openai",model="gpt-4o"}'], 1);
    assert.equal(counted['my_active_requests{service="chat",provider="openai"}'], 0);
  });

  it('lead to the trace of a sampled call by exemplars, in OpenMetrics', async () => {
    const observer = prometheusObserver();
    const [sampled, other] = ['a', 'b'].map((id, n) => ({
      traceId: id.repeat(32),
      spanId: id.repeat(16),
      traceFlags: 1 - n,
    }));
    for (const span of [sampled, other]) {
      play(observer, { ...completed, context: trace.setSpanContext(ROOT_CONTEXT, span!) });
    }
    const { body, contentType } = await render(observer.register, OPENMETRICS);
    assert.match(contentType, /^application\/openmetrics-text; version=1\.0\.0/);
    assert.match(
      body,
      /_duration_seconds_bucket\{le="2",.*\} 2 # \{trace_id="a{32}",span_id="a{16}"\} 2 \d+/,
    );
    assert.ok(!body.includes('b'.repeat(32)));
    assert.match(body, /# EOF\n$/);
    const text = await render(observer.register, 'text/plain');
    assert.ok(!text.body.includes('trace_id'));
  });
});

describe('the registry of the application', () => {
  it('gets the metrics, and keeps its own', async () => {
    const register = new Registry();
    const counter = new Counter({ name: 'orders', help: 'x', registers: [register] });
    counter.inc(3);
    const observer = prometheusObserver({ register });
    play(observer, completed);
    assert.equal(observer.register, register);
    for (const accept of [undefined, OPENMETRICS, undefined]) await render(register, accept);
    const text = await register.metrics();
    assert.match(text, /^orders 3$/m);
    assert.match(text, /^llmtrace_requests_total\{.*\} 1$/m);
    assert.match((await render(register, OPENMETRICS)).body, /^orders_total 3$/m);
  });

  it('is shared by several observers', async () => {
    const diag = recordDiag();
    const register = new Registry();
    const observers = [prometheusObserver({ register }), prometheusObserver({ register })];
    for (const observer of observers) play(observer, completed);
    diag.stop();
    assert.match(await register.metrics(), /^llmtrace_requests_total\{.*\} 2$/m);
    assert.deepEqual(diag.lines, []);
  });

  it('replaces the series of idle models by those of new ones', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['performance'] });
    try {
      const observer = prometheusObserver({ maxLabelValues: 2, defaultLabels: { service: 'chat' } });
      const call = (model: string) => aCall({ ...completed, outcome: 'failed', request: { model } });
      const models = async (): Promise<string[]> => {
        const all = Object.keys(await samples(observer)).map((line) => /model="([^"]+)"/.exec(line)?.[1]);
        return [...new Set(all.flatMap((model) => model ?? []))].sort();
      };
      play(observer, call('junk'), call('real'), call('late'));
      assert.deepEqual(await models(), ['junk', 'other', 'real']);
      clock.tick(IDLE / 2);
      play(observer, call('real'), call('late'));
      assert.deepEqual(await models(), ['junk', 'other', 'real']);
      clock.tick(IDLE / 2);
      play(observer, call('late'), call('later'));
      assert.deepEqual(await models(), ['late', 'other', 'real']);
      const counted = await samples(observer);
      assert.equal(counted['llmtrace_requests_total{service="chat",provider="openai",model="late"}'], 1);
      assert.equal(counted['llmtrace_active_requests{service="chat",provider="openai"}'], 0);
    } finally {
      clock.restore();
    }
  });

  it('keeps a metric whose name is ours, with one warning, and gets the others', async () => {
    const diag = recordDiag();
    const register = new Registry();
    new Counter({ name: 'llmtrace_requests_total', help: 'mine', registers: [register] });
    play(prometheusObserver({ register }), completed);
    diag.stop();
    assert.deepEqual(
      diag.lines.map(({ text }) => text),
      ['llmtrace: the registry has metrics of these names already, and keeps them: llmtrace_requests_total'],
    );
    const text = await register.metrics();
    assert.match(text, /# HELP llmtrace_requests_total mine/);
    assert.match(text, /^llmtrace_tokens_total\{.*\} 14$/m);
  });

  it('may be one of OpenMetrics', async () => {
    const register = new Registry();
    register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    play(prometheusObserver({ register }), completed);
    assert.match(await register.metrics(), /^llmtrace_requests_total\{.*\} 1$/m);
    assert.match((await render(register, 'text/plain')).body, /^llmtrace_requests_total\{.*\} 1$/m);
  });
});

describe('the options of the Prometheus metrics', () => {
  const wrong: [options: object, message: RegExp][] = [
    [{ prefix: '1st' }, /^Expected `prefix` to be the beginning of a metric’s name, got 1st\.$/],
    [{ buckets: [2, 1] }, /^Expected `buckets` to be positive numbers, ascending, got 2,1\.$/],
    [{ buckets: [] }, /^Expected `buckets`/],
    [{ buckets: '1' }, /^Expected `buckets` to be positive numbers, ascending, got 1\.$/],
    [{ prefx: 'a' }, /^Expected `prometheusObserver` to have no `prefx` \(did you mean `prefix`\?\)\.$/],
    [null as never, /^Expected `prometheusObserver` to be given an object, got null\.$/],
    [{ maxLabelValues: 0 }, /^Expected `maxLabelValues` to be a positive number, got 0\.$/],
    [
      { defaultLabels: { model: 'x' } },
      /^Expected `defaultLabels` to be names of labels that no metric has, got model\.$/,
    ],
  ];
  for (const [options, message] of wrong) {
    it(`are refused where they are ${JSON.stringify(options)}`, () => {
      assert.throws(() => prometheusObserver(options), { name: 'TypeError', message });
    });
  }
});
