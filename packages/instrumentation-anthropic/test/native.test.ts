/** SDKs that trace themselves: a call has one span and one cost, no matter which library made the span. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { runApp } from '@llmtrace/test-fixtures';
import type { SceneReport, Script, SpanReport } from './apps/native-spans.ts';

type Reports = Record<string, SceneReport>;

/** The telemetry that one call of a scene must have. */
interface Expected {
  readonly model?: string;
  readonly finish?: string;
  readonly outcome?: string;
  readonly errorType?: string;
  readonly resends?: number;
  /** The tokens that were reported. */
  readonly tokens?: 'all' | 'input' | 'none';
}

const whole: Expected = { finish: 'stop' };
const streamed: Expected = { ...whole, outcome: 'completed' };
const refused: Expected = { model: 'fail-401', errorType: 'AuthenticationError', tokens: 'none' };
const left: Expected = { model: 'hang-mid-stream', outcome: 'cancelled', tokens: 'input' };

const SCENES: Readonly<Record<string, readonly Expected[]>> = {
  create: [whole],
  withResponse: [whole],
  stream: [streamed],
  'stream helper': [streamed],
  'beta stream helper': [streamed],
  retry: [{ ...whole, model: 'fail-500-once', resends: 1 }],
  failure: [refused],
  'failed helper': [{ ...refused, outcome: 'failed' }],
  'failed in mid-stream': [
    { model: 'error-mid-stream', errorType: 'overloaded_error', outcome: 'failed', tokens: 'input' },
  ],
  'refused by the SDK itself': [{ errorType: '_OTHER', tokens: 'none' }],
  break: [left],
  'break of a helper': [left],
  abort: [{ model: 'hang', errorType: 'APIUserAbortError', outcome: 'cancelled', tokens: 'none' }],
  asResponse: [whole],
  'asResponse, then the parsed answer': [whole],
  'a stream that is never read': [{ model: 'hang-mid-stream', outcome: 'abandoned', tokens: 'none' }],
  toolRunner: [{ finish: 'tool_call' }, whole],
  'toolRunner with streams': [{ ...streamed, finish: 'tool_call' }, streamed],
  countTokens: [],
  'the conversation that the application names': [whole],
};

const OURS = '@llmtrace/instrumentation-anthropic';
const NATIVE = 'com.anthropic.sdk.typescript';
const INPUT = 1546;
/** The SDK's names of the spans that llmtrace adopts. */
const NATIVE_NAMES = /^anthropic\.(?:messages\.(?:create|tool_runner)$|\w*tool_use )/;

async function playAll(script: Script): Promise<Reports> {
  const app = fileURLToPath(new URL('apps/native-spans.ts', import.meta.url));
  const flags = ['--conditions=llmtrace:source', '--expose-gc', '--no-warnings'];
  const { code, stdout, stderr } = await runApp(app, {
    flags,
    args: [JSON.stringify(script)],
    timeout: 60_000,
  });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

function firstSpan(reports: Reports, scene: string): SpanReport {
  const span = reports[scene]?.spans[0];
  assert.ok(span, scene);
  return span;
}

const isCall = ({ attributes }: SpanReport): boolean => attributes['gen_ai.operation.name'] === 'chat';

function expectSpan(span: SpanReport, expected: Expected): void {
  const { model = 'claude-haiku-4-5', finish, outcome, errorType, resends, tokens = 'all' } = expected;
  const { attributes, status } = span;
  assert.equal(span.name, `chat ${model}`);
  assert.equal(span.kind, 2, 'CLIENT');
  const some = {
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': model,
    'gen_ai.request.temperature': 0.5,
    'gen_ai.response.finish_reasons': finish && [finish],
    'gen_ai.usage.input_tokens': tokens === 'none' ? undefined : INPUT,
    'gen_ai.usage.output_tokens': tokens === 'all' ? 214 : undefined,
    'gen_ai.usage.cache_creation.input_tokens': tokens === 'none' ? undefined : 200,
    'gen_ai.usage.cache_write.input_tokens': undefined,
    'llmtrace.stream.outcome': outcome,
    'error.type': errorType,
    'http.request.resend_count': resends,
  };
  const found = Object.fromEntries(Object.keys(some).map((name) => [name, attributes[name]]));
  assert.deepEqual(found, some);
  // A call that failed has no cost, whatever is known of its tokens.
  const priced = tokens !== 'none' && outcome !== 'failed';
  assert.equal(typeof attributes['gen_ai.usage.cost'], priced ? 'number' : 'undefined', 'cost');
  assert.equal(status.code === 2, errorType !== undefined, `status ${status.code}`);
  assert.equal(typeof status.message, errorType === undefined ? 'undefined' : 'string', 'message');
}

/** What must hold, no matter which library made the span. */
function expectScene(report: SceneReport, expected: readonly Expected[]): SpanReport[] {
  const calls = report.spans.filter(isCall);
  assert.equal(report.spans.length, report.started, 'what starts also ends');
  assert.equal(calls.length, expected.length, 'spans of calls');
  assert.equal(report.durations, expected.length, 'durations');
  for (const [index, call] of calls.entries()) expectSpan(call, expected[index] as Expected);
  const input = expected.filter(({ tokens }) => tokens !== 'none').length * INPUT;
  assert.equal(report.inputTokens, input, 'input tokens of the metrics');
  const names = report.spans.map(({ name }) => name);
  assert.ok(!names.some((name) => NATIVE_NAMES.test(name)), names.join());
  const ids = report.spans.map(({ id }) => id);
  for (const sender of report.senders)
    assert.ok(ids.includes(sender ?? ''), 'requests are children of a span');
  return calls;
}

function expectParents({ spans }: SceneReport, calls: readonly SpanReport[]): void {
  const runner = spans.find(({ name }) => name === 'invoke_agent');
  const tools = spans.filter(({ name }) => name === 'execute_tool population_of');
  assert.equal(tools.length, runner ? 1 : 0, 'a tool has one span');
  for (const call of [...calls, ...tools]) {
    if (runner) assert.equal(call.parent, runner.id, 'the parent is the span of the runner');
    else assert.ok(call.underCaller, 'the parent is the span of the caller');
  }
}

/** That a call has one span and one cost, and that all else is as it is without llmtrace. */
function expectOne(
  mode: Script['mode'],
  report: SceneReport | undefined,
  native: SceneReport | undefined,
  expected: readonly Expected[],
): void {
  assert.ok(report && native);
  const calls = expectScene(report, expected);
  expectParents(report, calls);
  for (const { scope } of calls) assert.equal(scope, mode === 'adopt' ? NATIVE : OURS);
  assert.deepEqual(report.seen, native.seen, 'what the application sees');
  assert.deepEqual(report.traceparents, report.senders, 'the trace that the vendor receives');
  for (const { scope, attributes } of inner(report)) {
    assert.equal(scope, mode === 'adopt' ? NATIVE : OURS);
    assert.equal(attributes['gen_ai.provider.name'], undefined);
  }
  assert.equal(inner(report).length, inner(native).length, 'one span for each loop and each tool');
}

const inner = ({ spans }: SceneReport): SpanReport[] => spans.filter(({ kind }) => kind === 0);

const COPIES: readonly Pick<Script, 'set' | 'format'>[] = [
  { set: 'anthropic-0', format: 'cjs' },
  { set: 'anthropic-1', format: 'cjs' },
  { set: 'anthropic-1', format: 'esm' },
];

describe('an SDK that traces itself', function suite() {
  this.timeout(60_000);

  for (const copy of COPIES) {
    describe(`${copy.set} as ${copy.format}`, () => {
      let without: Reports;
      before(async () => {
        without = await playAll({ ...copy, mode: 'none' });
      });

      for (const mode of ['adopt', 'replace'] as const) {
        describe(`spans: ${mode}`, () => {
          let reports: Reports;
          before(async () => {
            reports = await playAll({ ...copy, mode });
          });

          for (const [scene, expected] of Object.entries(SCENES)) {
            it(scene, () => expectOne(mode, reports[scene], without[scene], expected));
          }
        });
      }
    });
  }

  it('keeps the attributes that only the SDK knows on an adopted span', async () => {
    const reports = await playAll({ set: 'anthropic-1', format: 'cjs', mode: 'adopt' });
    for (const scene of ['create', 'stream', 'stream helper']) {
      const { attributes, status } = firstSpan(reports, scene);
      assert.equal(attributes['anthropic.message.stop_reason'], 'end_turn', scene);
      assert.equal(attributes['http.response.status_code'], 200, scene);
      assert.equal(attributes['http.route'], '/v1/messages', scene);
      assert.equal(status.code, 1, scene);
    }
  });

  it('reports cached tokens under one name, that of the chosen conventions', async () => {
    const reports = await playAll({ set: 'anthropic-1', format: 'cjs', mode: 'adopt', semconv: 'latest' });
    for (const scene of ['create', 'stream', 'stream helper', 'break']) {
      const { attributes } = firstSpan(reports, scene);
      assert.equal(attributes['gen_ai.usage.cache_write.input_tokens'], 200, scene);
      assert.equal(attributes['gen_ai.usage.cache_creation.input_tokens'], undefined, scene);
    }
  });

  it('gets spans of ours where its copy of OpenTelemetry’s API does not see the application’s', async () => {
    const reports = await playAll({ set: 'anthropic-1', format: 'cjs', mode: 'adopt', apart: true });
    for (const [scene, expected] of Object.entries(SCENES)) {
      const report = reports[scene] as SceneReport;
      const calls = expectScene({ ...report, senders: expected.length > 0 ? report.senders : [] }, expected);
      expectParents(report, calls);
      for (const { scope } of [...calls, ...inner(report)]) assert.equal(scope, OURS, scene);
    }
  });
});
