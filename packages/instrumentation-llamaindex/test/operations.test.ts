/** Agent workflows of LlamaIndex: their runs, their agents, their tools, and the model calls of the `openai` SDK. */
import assert from 'node:assert/strict';
import {
  describeOperations,
  ended,
  expectToolCall,
  indented,
  nested,
  type OperationScene,
  spanNamed,
} from '@llmtrace/test-fixtures/operations';

const CHAT = 'chat gpt-4o-mini';
const WEATHER = ['execute_tool weather', '  look up'];
const agent = (name: string, ...beneath: string[]): string[] => nested(`invoke_agent ${name}`, ...beneath);
const workflow = (...beneath: string[]): string[] => nested('invoke_workflow', ...beneath);
const forecaster = agent('Forecaster', CHAT, ...WEATHER, CHAT);
const plain = agent('Plain', CHAT);

const completes = ended('invoke_agent Forecaster');

const scenes: readonly OperationScene[] = [
  {
    name: 'a run',
    tree: forecaster,
    check(spans) {
      const tool = spanNamed(spans, 'execute_tool weather');
      const { 'gen_ai.agent.name': name, ...attributes } = tool.attributes;
      assert.equal(name, 'Forecaster');
      expectToolCall({ ...tool, attributes }, 'weather');
      completes(spans);
    },
  },
  { name: 'a run without tools', tree: plain },
  {
    name: 'two tools at once',
    tree: agent('Forecaster', CHAT, ...WEATHER, 'execute_tool area', '  measure', CHAT),
  },
  {
    name: 'a tool that throws',
    tree: agent('Forecaster', CHAT, 'execute_tool broken', CHAT),
    check(spans) {
      ended('execute_tool broken', 'failed', '_OTHER')(spans);
      completes(spans);
    },
  },
  {
    name: 'an agent as a tool',
    tree: agent('Chief', CHAT, 'execute_tool ask', ...indented(forecaster), CHAT),
  },
  {
    name: 'a handoff',
    tree: workflow(...agent('Triage', CHAT, 'execute_tool handOff'), ...agent('Paris', CHAT)),
    check(spans) {
      for (const { name } of spans.filter(({ name }) => name.startsWith('invoke_'))) ended(name)(spans);
    },
  },
  { name: 'several agents', tree: workflow(...forecaster) },
  {
    name: 'an answer with a schema',
    tree: agent('Forecaster', CHAT, ...WEATHER, CHAT, CHAT),
    check: completes,
  },
  { name: 'two runs at once', tree: [...forecaster, ...plain] },
  { name: 'two runs of one agent', tree: [...forecaster, ...forecaster] },
  { name: 'a stream', tree: forecaster, check: completes },
  { name: 'a stream that is left', tree: forecaster, check: completes },
  { name: 'an unread stream', tree: forecaster, check: completes },
  {
    name: 'a model that fails',
    tree: agent('Failing', 'chat fail-401'),
    check: ended('invoke_agent Failing', 'failed', 'AuthenticationError'),
  },
  {
    name: 'a model that fails in a workflow of several',
    tree: workflow(...agent('Failing', 'chat fail-401')),
    check: ended('invoke_workflow', 'failed', 'AuthenticationError'),
  },
  {
    name: 'a question that is missing',
    tree: agent('Forecaster'),
    check: ended('invoke_agent Forecaster', 'failed', '_OTHER'),
  },
  { name: 'a context of its own', tree: [CHAT, ...WEATHER, CHAT] },
];

describeOperations({
  title: 'LlamaIndex',
  app: new URL('apps/app.mjs', import.meta.url),
  set: 'llamaindex',
  scenes,
});
