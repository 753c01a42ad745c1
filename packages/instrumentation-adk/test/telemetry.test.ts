/**
 * ADK's own spans, where the application has a provider: they are those of the runs, the tools and the model calls, and the tokens
 * of all spans together are those that the vendor counted. Where llmtrace has the only provider, there are none.
 */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import {
  AUTO,
  indented,
  nested,
  OWN_PROVIDER,
  type Play,
  play,
  type Stage,
  scenesOf,
  sorted,
  spanNamed,
  startStage,
  sumOf,
  sumsOf as sumsOfScenes,
  treeOf,
  treeOfScene,
} from '@llmtrace/test-fixtures/operations';
import { sdkManifest } from '@llmtrace/test-fixtures/sdks';

const INPUT = 'gen_ai.usage.input_tokens';
const OUTPUT = 'gen_ai.usage.output_tokens';
const COST = 'gen_ai.usage.cost';

const ENV = {
  MCP_SERVER: fileURLToPath(new URL('../../instrumentation-mcp/test/apps/server.mjs', import.meta.url)),
  MCP_SDK: sdkManifest('mcp-1'),
};

/** ADK ends no span of it. */
const DROPPED = 'a run that is dropped';

const sumsOf = (played: Play, attribute: string): object => sumsOfScenes(played, attribute, [DROPPED]);

const CHAT = 'generate_content gemini-2.5-flash';
const TOOL = ['execute_tool weather', '  look up'];
const FORECASTER = nested('invoke_agent Forecaster', ...nested('call_llm', ...TOOL), 'call_llm');
const RUN = ['invocation', ...indented(FORECASTER)];
/** ADK ends the spans of model calls in no other scene. */
const LEFT = [
  'a loop that throws',
  'a run that is left',
  'a sequence that is left',
  'a stream that is aborted',
  'a stream that is left within an answer',
];

describe('the telemetry of ADK', () => {
  let stage: Stage;
  let plain: Play;
  let ours: Play;
  let theirs: Play;
  const run = (
    preload: readonly string[],
    more: Record<string, string> = {},
    app = 'app.mjs',
  ): Promise<Play> =>
    play(
      stage,
      { app: new URL(`apps/${app}`, import.meta.url), set: 'adk', env: ENV },
      { FORMAT: 'esm', ...more },
      preload,
    );

  before(async function () {
    this.timeout(300_000);
    stage = await startStage();
    plain = await run(OWN_PROVIDER, { LLMTRACE: 'off' });
    ours = await run(AUTO);
    theirs = await run(OWN_PROVIDER);
  });
  after(() => stage.close());

  describe('with a provider of the application', () => {
    it('makes no difference for the application', () => {
      assert.equal(plain.result.code, 0, plain.result.stderr);
      assert.equal(theirs.result.stdout, plain.result.stdout, theirs.result.stderr);
      assert.deepEqual(theirs.requests, plain.requests);
      assert.doesNotMatch(theirs.result.stderr, /llmtrace: /);
    });

    it('has the spans that there are without llmtrace, and those of model calls that ADK does not end', () => {
      assert.deepEqual(treeOfScene(theirs, 'a run'), sorted(RUN));
      const changed = [...scenesOf(plain).keys()].filter(
        (name) => treeOfScene(plain, name).join('\n') !== treeOfScene(theirs, name).join('\n'),
      );
      assert.deepEqual(changed.sort(), [...LEFT, 'a tool of an MCP server'].sort());
    });

    it('has the tokens and the cost of each call once', () => {
      for (const name of [INPUT, OUTPUT]) assert.deepEqual(sumsOf(theirs, name), sumsOf(ours, name));
      assert.deepEqual(sumsOf(theirs, COST), sumsOf(ours, COST));
      const withTokens = theirs.spans.filter(({ attributes }) => attributes[INPUT] !== undefined);
      assert.deepEqual([...new Set(withTokens.map(({ name }) => name))], ['call_llm']);
    });

    it('has the sums on the spans of runs', () => {
      for (const name of ['model_calls', 'tool_calls', 'input_tokens', 'output_tokens'])
        assert.deepEqual(sumsOf(theirs, `llmtrace.agent.${name}`), sumsOf(ours, `llmtrace.agent.${name}`));
    });

    it('has the MCP request of a tool on its span', () => {
      const { attributes } = spanNamed(theirs.spans, 'execute_tool forecast');
      assert.equal(attributes['mcp.method.name'], 'tools/call');
    });

    it('has the model spans alone of llmtrace with LLMTRACE_AGENTS=false', async function () {
      this.timeout(120_000);
      const off = await run(OWN_PROVIDER, { LLMTRACE_AGENTS: 'false' });
      assert.equal(off.result.stdout, plain.result.stdout);
      assert.equal(sumOf(off.spans, 'llmtrace.agent.input_tokens'), 0);
      assert.deepEqual(sumsOf(off, COST), sumsOf(ours, COST));
      assert.deepEqual(treeOfScene(off, 'a run'), sorted(RUN));
    });

    it('leaves llmtrace its spans with LLMTRACE_EXPORT=both', async function () {
      this.timeout(120_000);
      const both = await run([...OWN_PROVIDER, ...AUTO], { LLMTRACE: 'off', LLMTRACE_EXPORT: 'both' });
      assert.equal(both.result.stdout, plain.result.stdout);
      const names = (scenesOf(both).get('a run') ?? []).map(({ name }) => name);
      for (const name of ['call_llm', CHAT, 'invocation', 'invoke_agent Forecaster'])
        assert.ok(names.includes(name), name);
    });

    it('refuses the next model call once the budget of a run is spent', async () => {
      const { result, spans } = await run(OWN_PROVIDER, { LLMTRACE_BUDGET_RUN_USD: '0.0001' }, 'alone.mjs');
      assert.match(result.stdout, /the budget of 0\.0001 USD a run is spent/);
      assert.equal(spanNamed(spans, 'invoke_agent Forecaster').attributes['llmtrace.agent.tool_calls'], 1);
    });
  });

  for (const format of ['esm', 'cjs'])
    describe(`without a span around, as ${format}`, () => {
      const alone = (more: Record<string, string> = {}): Promise<Play> =>
        run(AUTO, { FORMAT: format, ...more }, 'alone.mjs');

      it('is one trace a run, without content', async () => {
        const { spans, requests } = await alone();
        assert.deepEqual(
          sorted(treeOf(spans)),
          sorted(nested('invoke_agent Forecaster', CHAT, ...TOOL, CHAT)),
        );
        assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1);
        assert.match(requests.join(), /secret question.*secret weather/);
        assert.doesNotMatch(JSON.stringify(spans), /secret/);
      });

      it('has the arguments and the results of tools where content is recorded', async () => {
        const { spans } = await alone({ OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'span_only' });
        const { attributes } = spanNamed(spans, 'execute_tool weather');
        assert.match(String(attributes['gen_ai.tool.call.arguments']), /Paris/);
        assert.match(String(attributes['gen_ai.tool.call.result']), /secret weather/);
        assert.doesNotMatch(JSON.stringify(spans), /gcp\.vertex\.agent/);
      });

      it('has the model calls alone with LLMTRACE_AGENTS=false', async () => {
        const { spans } = await alone({ LLMTRACE_AGENTS: 'false' });
        assert.deepEqual(sorted(treeOf(spans)), [CHAT, CHAT, 'look up']);
      });

      it('refuses the next model call once the budget of a run is spent', async () => {
        const { result, requests } = await alone({ LLMTRACE_BUDGET_RUN_USD: '0.0001' });
        assert.match(result.stdout, /the budget of 0\.0001 USD a run is spent/);
        assert.equal(requests.length, 1);
      });

      it('has metrics and lines on the console', async () => {
        const { result } = await alone({ LLMTRACE_CONSOLE: 'true', OTEL_METRICS_EXPORTER: 'console' });
        for (const name of ['invoke_agent.duration', 'invoke_agent.tool_calls', 'execute_tool.duration'])
          assert.ok(result.stdout.includes(`'gen_ai.${name}'`), name);
        assert.match(
          result.stderr,
          /invoke_agent Forecaster .*\(2 model calls, 1 tool call\)\n.*\n.*execute_tool weather/,
        );
      });
    });
});
