/** Runs of Genkit: flows, agents and tools around the model calls, which the SDK of a plugin sends, or an HTTP client. */
import assert from 'node:assert/strict';
import {
  describeOperations,
  expectToolCall,
  indented,
  type OperationScene,
  type Span,
  spanNamed,
} from '@llmtrace/test-fixtures/operations';

const outcomeOf = (spans: readonly Span[], name: string): unknown =>
  spanNamed(spans, name).attributes['llmtrace.agent.outcome'];

const CHAT = 'chat gpt-4o-mini';
const SLOW = 'chat slow-stream';
const FAILING = 'chat fail-401';
const agent = (...beneath: string[]): string[] => ['invoke_agent', ...indented(beneath)];
const workflow = (name: string, ...beneath: string[]): string[] => [
  `invoke_workflow ${name}`,
  ...indented(beneath),
];
const WEATHER = ['execute_tool weather', '  look up'];
const NEWS = 'execute_tool news';
const RUN = agent(CHAT, ...WEATHER, CHAT);
const FORECAST = workflow('forecast', ...RUN);

const ended = (name: string, outcome: string | undefined) => (spans: readonly Span[]) => {
  assert.equal(outcomeOf(spans, name), outcome);
};

const SCENES: readonly OperationScene[] = [
  {
    name: 'a run',
    tree: RUN,
    check(spans) {
      expectToolCall(spanNamed(spans, 'execute_tool weather'), 'weather');
      assert.equal(outcomeOf(spans, 'invoke_agent'), undefined);
    },
  },
  { name: 'a run without tools', tree: [CHAT] },
  { name: 'a run of Gemini', tree: ['generate_content gemini-2.5-flash'] },
  { name: 'two tools at once', tree: agent(CHAT, ...WEATHER, NEWS, CHAT) },
  {
    name: 'a flow',
    tree: FORECAST,
    check(spans) {
      const { attributes, kind } = spanNamed(spans, 'invoke_workflow forecast');
      assert.equal(attributes['gen_ai.agent.name'], 'forecast');
      assert.equal(kind, 1); // INTERNAL
      assert.ok(!spans.some((span) => JSON.stringify(span).includes('genkit:')));
      assert.ok(!spans.some((span) => JSON.stringify(span).includes('Oslo')));
    },
  },
  { name: 'the ids of a flow', tree: FORECAST },
  { name: 'a flow in a flow', tree: workflow('outer', ...FORECAST) },
  {
    name: 'a flow that fails',
    tree: ['invoke_workflow failing'],
    check(spans) {
      const { attributes, status } = spanNamed(spans, 'invoke_workflow failing');
      assert.equal(attributes['error.type'], 'TypeError');
      assert.equal(status.code, 2);
      assert.ok(!JSON.stringify(spans).includes('secret'));
    },
  },
  { name: 'a flow that streams', tree: workflow('streaming', ...RUN) },
  { name: 'a prompt with tools', tree: ['invoke_agent reporter', ...RUN.slice(1)] },
  { name: 'an agent', tree: ['invoke_agent weatherman', ...RUN.slice(1)] },
  { name: 'a stream', tree: RUN, check: ended('invoke_agent', undefined) },
  { name: 'a stream that is read later', tree: RUN },
  {
    name: 'a tool that throws',
    tree: agent(CHAT, 'execute_tool broken'),
    check(spans) {
      const { attributes } = spanNamed(spans, 'execute_tool broken');
      assert.equal(attributes['error.type'], 'RangeError');
      assert.ok(!JSON.stringify(spans).includes('secret'));
      assert.equal(outcomeOf(spans, 'invoke_agent'), 'failed');
    },
  },
  { name: 'a tool without a model', tree: WEATHER },
  { name: 'an agent as a tool', tree: agent(CHAT, 'execute_tool inner', ...indented(RUN), CHAT) },
  { name: 'a tool that asks a model', tree: agent(CHAT, 'execute_tool plain', `  ${CHAT}`, CHAT) },
  { name: 'tools that the application executes', tree: [CHAT] },
  {
    name: 'a run that waits for a person',
    tree: [...agent(CHAT, 'execute_tool asking'), ...agent(CHAT)],
    check(spans) {
      const runs = spans.filter(({ name }) => name === 'invoke_agent');
      const outcomes = runs.map(({ attributes }) => attributes['llmtrace.agent.outcome']);
      assert.deepEqual(outcomes.map(String).sort(), ['interrupted', 'undefined']);
      assert.equal(outcomeOf(spans, 'execute_tool asking'), 'interrupted');
      assert.ok(!spans.some(({ status }) => status.code === 2));
    },
  },
  { name: 'two runs at once', tree: [...RUN, ...agent(CHAT, NEWS, CHAT)] },
  { name: 'a model that fails', tree: agent(FAILING), check: ended('invoke_agent', 'failed') },
  { name: 'a stream that fails', tree: agent(FAILING), check: ended('invoke_agent', 'failed') },
  {
    name: 'a run that is stopped',
    tree: workflow('stopping', ...agent(SLOW)),
    check(spans) {
      assert.equal(outcomeOf(spans, 'invoke_agent'), 'cancelled');
      assert.equal(outcomeOf(spans, 'invoke_workflow stopping'), 'cancelled');
    },
  },
  { name: 'a rejection that is not handled', tree: agent(FAILING) },
  { name: 'a stream that is left', tree: agent(SLOW), check: ended('invoke_agent', 'abandoned') },
  { name: 'an unread stream', tree: RUN },
];

describeOperations({
  title: 'genkit 1',
  app: new URL('apps/app.mjs', import.meta.url),
  set: 'genkit-1',
  scenes: SCENES,
});
