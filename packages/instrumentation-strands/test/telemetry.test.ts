/**
 * Strands' own spans, where the application has a provider: they are those of the runs, the tools and the model calls, and the
 * tokens of all spans together are those that the vendor counted.
 */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import {
  AUTO,
  indented,
  OWN_PROVIDER,
  type Play,
  play,
  type Stage,
  scenesOf,
  sorted,
  spanNamed,
  startStage,
  sumOf,
  sumsOf,
  treeOfScene,
} from '@llmtrace/test-fixtures/operations';
import { sdkManifest } from '@llmtrace/test-fixtures/sdks';

const TOKENS = 'gen_ai.usage.input_tokens';
const COST = 'gen_ai.usage.cost';
const SUM = 'llmtrace.agent.input_tokens';
/** Of the Anthropic model, Strands' span has the tokens without those of the cache. */
const CLAUDE = ['two tools at once', 'two tools after one another'];

const ENV = {
  MCP_SERVER: fileURLToPath(new URL('../../instrumentation-mcp/test/apps/server.mjs', import.meta.url)),
  MCP_SDK: sdkManifest('mcp-1'),
};

const CYCLE = 'execute_agent_loop_cycle';
const TOOL = ['execute_tool weather', '  look up'];
const cycle = (...beneath: string[]): string[] => [CYCLE, ...indented(beneath)];
const FORECASTER = ['invoke_agent Forecaster', ...indented([...cycle('chat', ...TOOL), ...cycle('chat')])];

describe('the telemetry of Strands', () => {
  let stage: Stage;
  let plain: Play;
  let ours: Play;
  let theirs: Play;
  const run = (preload: readonly string[], more: Record<string, string> = {}): Promise<Play> =>
    play(
      stage,
      { app: new URL('apps/app.mjs', import.meta.url), set: 'strands', env: ENV },
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

  it('makes no difference for the application', () => {
    assert.equal(plain.result.code, 0, plain.result.stderr);
    assert.equal(theirs.result.stdout, plain.result.stdout, theirs.result.stderr);
    assert.deepEqual(theirs.requests, plain.requests);
    assert.doesNotMatch(theirs.result.stderr, /llmtrace: /);
  });

  it('has the spans that there are without llmtrace, in the same tree', () => {
    assert.deepEqual(treeOfScene(theirs, 'a run'), sorted(FORECASTER));
    const changed = [...scenesOf(plain).keys()].filter(
      (name) => treeOfScene(plain, name).join('\n') !== treeOfScene(theirs, name).join('\n'),
    );
    assert.deepEqual(changed, ['a tool that the application calls', 'a memory', 'a tool of an MCP server']);
    assert.deepEqual(treeOfScene(theirs, 'a tool that the application calls'), TOOL);
  });

  it('has the tokens and the cost of each call once', () => {
    assert.deepEqual(sumsOf(theirs, TOKENS, CLAUDE), sumsOf(ours, TOKENS, CLAUDE));
    assert.deepEqual(sumsOf(theirs, COST), sumsOf(ours, COST));
    const withTokens = theirs.spans.filter(({ attributes }) => attributes[TOKENS] !== undefined);
    assert.deepEqual([...new Set(withTokens.map(({ name }) => name))], ['chat']);
  });

  it('has the sums on the spans of runs', () => {
    assert.deepEqual(sumsOf(theirs, SUM), sumsOf(ours, SUM));
    const tools = 'llmtrace.agent.tool_calls';
    assert.deepEqual(sumsOf(theirs, tools), sumsOf(ours, tools));
  });

  it('has the MCP request of a tool on its span', () => {
    const { attributes } = spanNamed(theirs.spans, 'execute_tool forecast');
    assert.equal(attributes['mcp.method.name'], 'tools/call');
  });

  it('has the model spans alone of llmtrace with LLMTRACE_AGENTS=false', async function () {
    this.timeout(120_000);
    const off = await run(OWN_PROVIDER, { LLMTRACE_AGENTS: 'false' });
    assert.equal(off.result.stdout, plain.result.stdout);
    assert.doesNotMatch(off.result.stderr, /no instrumentation sees/);
    assert.equal(sumOf(off.spans, SUM), 0);
    assert.deepEqual(sumsOf(off, COST), sumsOf(ours, COST));
    assert.deepEqual(treeOfScene(off, 'a run'), sorted(FORECASTER));
  });

  it('leaves llmtrace its spans with LLMTRACE_EXPORT=both', async function () {
    this.timeout(120_000);
    const both = await run([...OWN_PROVIDER, ...AUTO], { LLMTRACE: 'off', LLMTRACE_EXPORT: 'both' });
    assert.equal(both.result.stdout, plain.result.stdout);
    const names = (scenesOf(both).get('a run') ?? []).map(({ name }) => name);
    for (const name of [CYCLE, 'chat', 'chat gpt-4o-mini', 'invoke_agent Forecaster'])
      assert.ok(names.includes(name));
  });
});
