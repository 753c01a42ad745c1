/**
 * Genkit's own spans, where the application has a provider: they are completed, and the tokens of all spans together are those
 * that the vendor counted.
 */
import assert from 'node:assert/strict';
import {
  AUTO,
  type Play,
  play,
  type Stage,
  spanNamed,
  startStage,
  sumOf,
} from '@llmtrace/test-fixtures/operations';

const SCENES = 'a run without tools,a flow,a model that fails,an agent';
const OWN_PROVIDER = ['--import', new URL('apps/own-provider.mjs', import.meta.url).href];
const TOKENS = 'gen_ai.usage.input_tokens';
const SUM = 'llmtrace.agent.model_calls';

describe('the telemetry of genkit', () => {
  let stage: Stage;
  let [plain, ours, theirs]: Play[] = [];
  const run = (preload: readonly string[], more = {}): Promise<Play> =>
    play(
      stage,
      { app: new URL('apps/app.mjs', import.meta.url), set: 'genkit-1' },
      { FORMAT: 'esm', ONLY: SCENES, ...more },
      preload,
    );

  before(async function () {
    this.timeout(300_000);
    stage = await startStage();
    plain = await run([]);
    ours = await run(AUTO);
    theirs = await run(OWN_PROVIDER);
  });
  after(() => stage.close());

  it('makes no difference for the application', () => {
    assert.equal(plain?.result.code, 0, plain?.result.stderr);
    assert.equal(theirs?.result.stdout, plain?.result.stdout, theirs?.result.stderr);
    assert.deepEqual(theirs?.requests, plain?.requests);
  });

  it('has one span for each request, with its cost', () => {
    const costs = ({ spans = [] }: Partial<Play>): unknown[] =>
      spans.map(({ attributes }) => attributes['gen_ai.usage.cost']).filter(Boolean);
    assert.equal(costs(ours ?? {}).length, 5);
    assert.deepEqual(costs(theirs ?? {}), costs(ours ?? {}));
    assert.equal(sumOf(theirs?.spans ?? [], TOKENS), sumOf(ours?.spans ?? [], TOKENS));
    const names = theirs?.spans.filter(({ attributes }) => attributes[TOKENS] !== undefined);
    assert.ok(names?.every(({ name }) => name === 'openai/gpt-4o-mini'));
  });

  it('has the sums on the spans of runs, the second turn of a model left out', () => {
    const spans = theirs?.spans ?? [];
    const sums = spans.filter(({ attributes }) => attributes[SUM] !== undefined);
    const calls = sums.map(({ name, attributes }) => `${name} ${attributes[SUM]}`).sort();
    assert.deepEqual(calls, ['forecast 2', 'generate 1', 'generate 2', 'weatherman 2']);
    assert.equal(spanNamed(spans, 'forecast').attributes['llmtrace.agent.tool_calls'], 1);
  });

  it('is left out, as the doctor says, where its own SDK would export nothing', async () => {
    const { result } = await run(AUTO, { ONLY: 'a run without tools', LLMTRACE_DOCTOR: 'true' });
    assert.match(result.stderr, /genkit does not start its own OpenTelemetry SDK/);
  });

  it('is exported by its own SDK, where a server for it is configured', async () => {
    const { result, spans } = await run(AUTO, {
      ONLY: 'a run without tools',
      GENKIT_TELEMETRY_SERVER: stage.vendor.url,
      OTEL_LOG_LEVEL: 'warn',
    });
    assert.equal(result.code, 0);
    assert.match(result.stderr, /spans go to .*genkit/);
    assert.equal(spans.length, 1); // that of the scene, which began before
  });

  it('leaves llmtrace its spans with LLMTRACE_EXPORT=both', async () => {
    const { spans } = await run(AUTO, {
      ONLY: 'a flow',
      GENKIT_TELEMETRY_SERVER: stage.vendor.url,
      LLMTRACE_EXPORT: 'both',
    });
    const names = spans.map(({ name }) => name).sort();
    assert.deepEqual(names.slice(0, 4), [
      'chat gpt-4o-mini',
      'chat gpt-4o-mini',
      'execute_tool weather',
      'invoke_agent',
    ]);
    assert.ok(!JSON.stringify(spans).includes('genkit:'));
  });
});
