/**
 * Spans of frameworks that record prompts and answers without being asked, as the framework makes them: `@google/adk` 2.0,
 * `@strands-agents/sdk` 1.16, `promptfoo` 0.123, `@livekit/agents` 1.9 and 1.4. Not through the frameworks themselves, which install more than all else here.
 */
import assert from 'node:assert/strict';
import { facts, tally } from '@llmtrace/core/internal';
import { type DiagRecorder, recordDiag } from '@llmtrace/test-fixtures';
import type { Attributes } from '@opentelemetry/api';
import type { WireItem, WireSpan } from '../../src/sdk/export-thread/messages.ts';
import { startTracing } from '../../src/sdk/tracer-provider.ts';

const SECRET = 'the patient is called Ada';

describe('a span of a framework that records content by itself', () => {
  let diag: DiagRecorder;
  before(() => {
    diag = recordDiag();
    tally(facts().traced, 'openai');
  });
  after(() => {
    diag.stop();
    facts().traced.clear();
    facts().findings.length = 0;
  });

  /** What llmtrace's provider exports of a span. */
  function exported(scope: string, attributes: Attributes, events: Record<string, Attributes> = {}) {
    const items: WireItem[] = [];
    const provider = startTracing({ send: (item) => void items.push(item), drain: async () => {} });
    const span = provider.getTracer(scope).startSpan('step');
    span.setAttributes(attributes);
    for (const [name, more] of Object.entries(events)) span.addEvent(name, more);
    span.end();
    const [firstItem] = items as { span: WireSpan }[];
    const [, kept, added = []] = firstItem?.span ?? [];
    return { attributes: kept, events: added.map(({ name }) => name) };
  }

  it('of ADK is exported without it', () => {
    const kept = { 'gen_ai.request.model': 'gemini-2.5-flash', 'gcp.vertex.agent.session_id': 's' };
    const names = ['llm_request', 'llm_response', 'tool_call_args', 'tool_response', 'data'];
    const content = Object.fromEntries(names.map((name) => [`gcp.vertex.agent.${name}`, SECRET]));
    assert.deepEqual(exported('gcp.vertex.agent', { ...kept, ...content }).attributes, kept);
  });

  it('of promptfoo is exported without it', () => {
    const kept = { 'gen_ai.request.model': 'gpt-4o-mini', 'promptfoo.eval.id': 'e' };
    const names = ['promptfoo.request.body', 'promptfoo.response.body', 'promptfoo.prompt.label'];
    const content = Object.fromEntries(
      [...names, 'tool.arguments', 'tool.output'].map((name) => [name, SECRET]),
    );
    assert.deepEqual(exported('promptfoo.providers', { ...kept, ...content }).attributes, kept);
  });

  const PERSONS = ['participant_identity'];
  const SAID = ['user_input', 'instructions', 'chat_ctx', 'response.text', 'response.function_calls'];
  const TOOLS = ['function_tool.arguments', 'function_tool.output'];
  const HEARD = ['input_text', 'user_transcript', 'amd.transcript'];
  for (const [version, prefix] of [
    ['1.9', 'lk.pii'],
    ['1.4', 'lk'],
  ])
    it(`of LiveKit's agents ${version} is exported without it`, () => {
      const kept = {
        'lk.agent_label': 'shop',
        'lk.function_tools': ['weather'],
        'gen_ai.request.model': 'gpt-4.1',
      };
      const named = [...PERSONS, ...SAID, ...TOOLS, ...HEARD].map((name) => [`${prefix}.${name}`, SECRET]);
      const standard = ['input.messages', 'output.messages', 'system_instructions', 'tool.call.arguments'];
      const content = Object.fromEntries([...named, ...standard.map((name) => [`gen_ai.${name}`, SECRET])]);
      assert.deepEqual(exported('livekit-agents', { ...kept, ...content }, MESSAGES), {
        attributes: kept,
        events: ['exception'],
      });
    });

  const STRANDS = {
    system_prompt: SECRET,
    'gen_ai.tool.call.arguments': SECRET,
    'gen_ai.input.messages': SECRET,
  };
  const MESSAGES = {
    'gen_ai.user.message': { content: SECRET },
    'gen_ai.choice': { message: SECRET },
    exception: { 'exception.type': 'Error' },
  };
  for (const [what, scope, name] of [
    ['', 'strands-agents', 'gen_ai.system'],
    [' in a service with a name', 'shop', 'gen_ai.system'],
    [' by the newest conventions', 'shop', 'gen_ai.provider.name'],
  ] as const)
    it(`of Strands is exported without it${what}`, () => {
      const kept = { 'gen_ai.event.start_time': '2026-11-29T12:00:00Z', [name]: scope };
      assert.deepEqual(exported(scope, { ...kept, ...STRANDS }, MESSAGES), {
        attributes: kept,
        events: ['exception'],
      });
    });

  it('has its tokens, which llmtrace’s spans have, too: a warning says it once', () => {
    const usage = {
      'gen_ai.event.start_time': '2026-11-29T12:00:00Z',
      'gen_ai.system': 'strands-agents',
      'gen_ai.usage.input_tokens': 100,
    };
    for (let i = 0; i < 2; i++) assert.deepEqual(exported('strands-agents', usage).attributes, usage);
    assert.deepEqual(
      diag.lines.map(({ text }) => text.split('. ')[0]),
      ["llmtrace: spans of @strands-agents/sdk have the tokens of calls that llmtrace's spans have, too"],
    );
  });

  it('of anything else is exported as it is', () => {
    const attributes = { ...STRANDS, 'gen_ai.system': 'openai', 'gcp.vertex.agent.data': SECRET };
    for (const scope of ['shop', 'openai'])
      assert.deepEqual(exported(scope, attributes, MESSAGES), { attributes, events: Object.keys(MESSAGES) });
  });
});
