/** The content that the events of a message's stream add up to: the same as the SDK's. */
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { completions } from '../src/completions.ts';
import { content } from '../src/content.ts';

const defined = (value: unknown) => JSON.parse(JSON.stringify(value));

const started = {
  type: 'message_start',
  message: { id: 'msg_1', role: 'assistant', content: [], usage: {} },
};

/** The events of one block. */
const block = (index: number, content_block: object, ...deltas: object[]): object[] => [
  { type: 'content_block_start', index, content_block },
  ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
];

const json = (partial_json: string) => ({ type: 'input_json_delta', partial_json });
const tool = { type: 'tool_use', id: '1', name: 'f', input: {} };
const call = { type: 'tool_call', id: '1', name: 'f' };

/** The answer that these events make up. */
function folded(...events: object[]): unknown {
  const whole = {};
  for (const event of events) content.fold?.(whole, event);
  return defined(content.answer(whole));
}

const message = (...parts: object[]) => [{ role: 'assistant', parts }];

/** The answer that the SDK puts together from these events. */
async function accumulated(events: readonly object[]): Promise<unknown> {
  const body = events.map(
    (event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`,
  );
  const headers = { 'content-type': 'text/event-stream' };
  const client = new Anthropic({
    apiKey: 'none',
    fetch: async () => new Response(body.join(''), { headers }),
  });
  const stream = client.beta.messages.stream({ model: 'any', max_tokens: 1, messages: [] });
  return defined(content.answer(await stream.finalMessage()));
}

describe('the stream of a message', () => {
  it('has the same content as the message that the SDK assembles', async () => {
    const found = { type: 'web_search_result', title: 't', url: 'https://a/b', encrypted_content: 'secret' };
    const events = [
      started,
      ...block(
        0,
        { type: 'thinking', thinking: '', signature: '' },
        { type: 'thinking_delta', thinking: 'I ' },
        { type: 'thinking_delta', thinking: 'think.' },
        { type: 'signature_delta', signature: 'secret' },
      ),
      { type: 'ping' },
      ...block(1, { type: 'compaction', content: null }, { type: 'compaction_delta', content: 'in short' }),
      ...block(
        2,
        { type: 'server_tool_use', id: '2', name: 'web_search', input: {} },
        json('{"query":'),
        json('"q"}'),
      ),
      ...block(3, { type: 'web_search_tool_result', tool_use_id: '2', content: [found] }),
      ...block(
        4,
        { type: 'text', text: '' },
        { type: 'text_delta', text: 'It ' },
        { type: 'citations_delta', citation: { cited_text: 'it' } },
        { type: 'text_delta', text: 'is.' },
      ),
      ...block(5, tool, json(''), json('{"a":'), json('1}')),
      ...block(6, tool, json('')),
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 1 } },
      { type: 'message_stop' },
    ];
    const whole = folded(...events);
    assert.deepEqual(whole, await accumulated(events));
    const { encrypted_content: _, ...shown } = found;
    assert.deepEqual(
      whole,
      message(
        { type: 'reasoning', content: 'I think.' },
        { type: 'compaction', content: 'in short' },
        {
          type: 'server_tool_call',
          id: '2',
          name: 'web_search',
          server_tool_call: { type: 'web_search', arguments: { query: 'q' } },
        },
        {
          type: 'server_tool_call_response',
          id: '2',
          server_tool_call_response: { type: 'web_search', response: [shown] },
        },
        { type: 'text', content: 'It is.' },
        { ...call, arguments: { a: 1 } },
        { ...call, arguments: {} },
      ),
    );
  });

  it('has the content that arrived before the stream broke off', () => {
    assert.deepEqual(folded(), []);
    assert.deepEqual(folded(started), message());
    assert.deepEqual(
      folded(started, ...block(0, tool, json('{"a":'))),
      message({ ...call, arguments: '{"a":' }),
    );
  });

  it('keeps no reference to an event, which the application may change', () => {
    const [start, ...rest] = block(0, { type: 'text', text: 'It ' }, { type: 'text_delta', text: 'is.' });
    const before = structuredClone(start);
    const whole = {};
    for (const event of [started, start, ...rest]) content.fold?.(whole, event);
    assert.deepEqual(start, before);
    (start as any).content_block.text = 'changed';
    assert.deepEqual(content.answer(whole), message({ type: 'text', content: 'It is.' }));
  });

  it('ignores events without a known block', () => {
    const lost = { type: 'content_block_delta', index: 7, delta: { type: 'text_delta', text: 'lost' } };
    assert.deepEqual(folded(started, lost, { type: 'new' }), message());
  });
});

describe('message content of completions', () => {
  it('is text', () => {
    const { prompt: asked, answer: answered, fold } = completions.content ?? assert.fail();
    assert.deepEqual(asked([{ prompt: 'one' }], undefined).messages, [
      { role: 'user', parts: [{ type: 'text', content: 'one' }] },
    ]);
    const whole = {};
    for (const completion of ['t', 'wo']) fold?.(whole, { type: 'completion', completion });
    fold?.(whole, { type: 'ping' });
    assert.deepEqual(answered(whole), [{ role: 'assistant', parts: [{ type: 'text', content: 'two' }] }]);
    assert.deepEqual(answered({ completion: 'two' }), answered(whole));
  });
});
