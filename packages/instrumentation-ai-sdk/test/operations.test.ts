/** Runs of the AI SDK: agents and tools around the model calls, which HTTP clients send. */
import assert from 'node:assert/strict';
import {
  describeOperations,
  expectToolCall,
  indented,
  type OperationScene,
  type Span,
  spanNamed,
} from '@llmtrace/test-fixtures/operations';

const outcomeOf = (spans: readonly Span[]): unknown =>
  spanNamed(spans, 'invoke_agent').attributes['llmtrace.agent.outcome'];

const CHAT = 'chat gpt-4o-mini';
const SLOW = 'chat slow-stream';
const FAILING = 'chat fail-401';
const agent = (...beneath: string[]): string[] => ['invoke_agent', ...indented(beneath)];
const WEATHER = ['execute_tool weather', '  look up'];
const forecast = agent(CHAT, ...WEATHER, CHAT);
const NEWS = 'execute_tool news';

const scenesOf = (version: number): readonly OperationScene[] => [
  {
    name: 'a run',
    tree: forecast,
    check(spans) {
      expectToolCall(spanNamed(spans, 'execute_tool weather'), 'weather');
      assert.equal(outcomeOf(spans), undefined);
    },
  },
  { name: 'a run without tools', tree: [CHAT] },
  { name: 'a run whose telemetry is turned off within the call', tree: forecast },
  { name: 'a stream', tree: forecast, check: (spans) => assert.equal(outcomeOf(spans), undefined) },
  {
    name: 'a stream of an agent with an agent',
    tree: agent(CHAT, 'execute_tool inner', ...indented(forecast), CHAT),
  },
  {
    name: 'a run that is repeated',
    tree: agent(
      'chat fail-503-once',
      'chat fail-503-once',
      ...WEATHER,
      'chat fail-503-once',
      'chat fail-503-once',
    ),
  },
  { name: 'embeddings', tree: ['embeddings text-embedding-3-small', 'embeddings text-embedding-3-small'] },
  { name: 'a stream that is read later', tree: forecast },
  { name: 'two tools at once', tree: agent(CHAT, ...WEATHER, NEWS, CHAT) },
  {
    name: 'a tool that throws',
    tree: agent(CHAT, 'execute_tool broken', ...(version === 4 ? [] : [CHAT])),
    check(spans) {
      const { attributes, status } = spanNamed(spans, 'execute_tool broken');
      assert.equal(attributes['error.type'], 'RangeError');
      assert.equal(status.code, 2);
      assert.ok(!JSON.stringify(spans).includes('secret'));
      // From version 5 on, the model gets the error, and the run goes on.
      assert.equal(outcomeOf(spans), version === 4 ? 'failed' : undefined);
    },
  },
  { name: 'an agent as a tool', tree: agent(CHAT, 'execute_tool inner', ...indented(forecast), CHAT) },
  { name: 'a tool that asks a model', tree: agent(CHAT, 'execute_tool plain', `  ${CHAT}`, CHAT) },
  { name: 'two runs at once', tree: [...forecast, ...agent(CHAT, NEWS, CHAT)] },
  {
    name: 'a name for telemetry',
    tree: ['invoke_agent forecast', ...indented([CHAT, ...WEATHER, CHAT])],
  },
  {
    name: 'a model that fails',
    tree: agent(FAILING),
    check(spans) {
      assert.equal(outcomeOf(spans), 'failed');
      assert.equal(spanNamed(spans, 'invoke_agent').status.code, 2);
    },
  },
  {
    name: 'a stream that fails',
    tree: agent(FAILING),
    check: (spans) => assert.equal(outcomeOf(spans), 'failed'),
  },
  {
    name: 'a run that is stopped',
    tree: agent(CHAT, 'execute_tool stopping'),
    check: (spans) => assert.equal(outcomeOf(spans), 'cancelled'),
  },
  {
    name: 'a stream that is stopped',
    tree: agent(SLOW, ...WEATHER, SLOW),
    check: (spans) => assert.equal(outcomeOf(spans), 'cancelled'),
  },
  ...['a stream that is stopped at its end', 'a stream that is saved, and stopped at its end'].map(
    (name) => ({
      name,
      tree: forecast,
      check: (spans: readonly Span[]) => assert.equal(outcomeOf(spans), undefined),
    }),
  ),
  {
    name: 'a stream that ends with a tool, and is stopped at its end',
    tree: agent(CHAT, ...WEATHER),
    check: (spans) => assert.equal(outcomeOf(spans), undefined),
  },
  {
    name: 'a stream that is left',
    tree: agent(SLOW, ...WEATHER, SLOW),
    check: (spans) => assert.equal(outcomeOf(spans), 'abandoned'),
  },
  {
    name: 'an unread stream',
    tree: agent(SLOW),
    check: (spans) => assert.equal(outcomeOf(spans), 'abandoned'),
  },
  { name: 'a rejection that is not handled', tree: agent(FAILING) },
  ...(version === 4 ? [] : AGENT_SCENES),
];

const WEATHERMAN = ['invoke_agent Weatherman', ...indented([CHAT, ...WEATHER, CHAT])];

const AGENT_SCENES: readonly OperationScene[] = [
  {
    name: 'an agent',
    tree: WEATHERMAN,
    check(spans) {
      const { attributes } = spanNamed(spans, 'invoke_agent Weatherman');
      assert.equal(attributes['gen_ai.agent.name'], 'Weatherman');
    },
  },
  { name: 'an agent that streams', tree: WEATHERMAN },
];

const VERSIONS: readonly number[] = [4, 5, 6, 7];

for (const version of VERSIONS)
  describeOperations({
    title: `ai ${version}`,
    app: new URL('apps/app.mjs', import.meta.url),
    set: `ai-${version}`,
    env: { AI_VERSION: String(version) },
    scenes: scenesOf(version),
  });
