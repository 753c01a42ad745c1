// Stands in for the CLI of Claude Code: it speaks its protocol on stdin and stdout, and plays the scene that the prompt names.
// Each call of the model has the same usage, which the results add up as the CLI does: over turns, and over resumed sessions.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const words = process.argv.flatMap((word) => (word.startsWith('--') ? word.split('=') : word));
const argument = (name) => words[words.indexOf(name) + 1];
const has = (name) => words.includes(name);

const MAIN = 'claude-sonnet-4-5-20250929';
const SMALL = 'claude-haiku-4-5-20251001';
const folder = process.env.CLI_FOLDER;
const session = has('--resume') ? argument('--resume') : `session-${process.pid}`;
const saved = join(folder, `${session}.json`);
const modelUsage = has('--resume') && existsSync(saved) ? JSON.parse(readFileSync(saved, 'utf8')) : {};
if (process.env.TRACEPARENT) appendFileSync(join(folder, 'traceparents'), `${process.env.TRACEPARENT}\n`);

const send = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const forever = () => new Promise((resolve) => setTimeout(resolve, 60_000));
let ids = 0;
const nextId = (kind) => `${kind}_${session}_${++ids}`;

const NOTHING = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadInputTokens: 0,
  cacheCreationInputTokens: 0,
  webSearchRequests: 0,
  costUSD: 0,
  contextWindow: 200_000,
};

/** A call of a model, as the totals count it. */
function use(model, [input, cached, written, output, cost]) {
  modelUsage[model] ??= { ...NOTHING };
  const row = modelUsage[model];
  row.inputTokens += input;
  row.cacheReadInputTokens += cached;
  row.cacheCreationInputTokens += written;
  row.outputTokens += output;
  row.costUSD += cost;
}

const USAGE = {
  input_tokens: 10,
  cache_read_input_tokens: 100,
  cache_creation_input_tokens: 20,
  output_tokens: 1,
};

/** An answer of the model: a message for each block of it, with the same id. */
function answer(blocks, parent = null) {
  use(MAIN, [10, 100, 20, 50, 0.01]);
  const id = nextId('msg');
  const message = { id, type: 'message', role: 'assistant', model: MAIN, usage: USAGE, stop_reason: null };
  if (has('--include-partial-messages')) {
    const event = (what) =>
      send({ type: 'stream_event', event: what, parent_tool_use_id: parent, session_id: session });
    event({ type: 'message_start', message: { ...message, content: [] } });
    event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hel' } });
    event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 50 } });
  }
  for (const block of blocks)
    send({
      type: 'assistant',
      message: { ...message, content: [block] },
      parent_tool_use_id: parent,
      session_id: session,
    });
}

const text = { type: 'text', text: 'the answer' };
const calling = (name, input = {}) => ({ type: 'tool_use', id: nextId('toolu'), name, input });
const returned = (call, parent = null, is_error = undefined) =>
  send({
    type: 'user',
    message: {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: call.id, content: 'the result', is_error }],
    },
    parent_tool_use_id: parent,
    session_id: session,
  });

function result(more = {}) {
  const total_cost_usd = Object.values(modelUsage).reduce((total, { costUSD }) => total + costUSD, 0);
  writeFileSync(saved, JSON.stringify(modelUsage));
  send({
    type: 'result',
    subtype: 'success',
    is_error: false,
    num_turns: 1,
    result: 'the answer',
    total_cost_usd,
    usage: { ...USAGE, output_tokens: 50 },
    modelUsage,
    session_id: session,
    ...more,
  });
}

/** Asks the SDK, and waits for its answer. */
const answers = new Map();
function ask(request) {
  const request_id = nextId('req');
  send({ type: 'control_request', request_id, request });
  return new Promise((resolve) => answers.set(request_id, resolve));
}

const rpc = (server_name, method, params) =>
  ask({ subtype: 'mcp_message', server_name, message: { jsonrpc: '2.0', id: ++ids, method, params } });

/** Calls a tool of the application. */
async function callHere(name, input = { city: 'Rome' }) {
  const call = calling(`mcp__here__${name}`, input);
  answer([call]);
  await rpc('here', 'initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'cli', version: '1' },
  });
  await rpc('here', 'tools/call', { name, arguments: input, _meta: { 'claudecode/toolUseId': call.id } });
  returned(call);
}

const scenes = {
  plain() {
    answer([text]);
    result();
  },
  tools() {
    const [read, write] = [calling('Read', { file: 'a' }), calling('Write')];
    answer([text, read, write]);
    returned(read);
    returned(write, null, true);
    answer([text]);
    result();
  },
  async here() {
    await callHere('weather');
    answer([text]);
    result();
  },
  async nested() {
    await callHere('inner');
    answer([text]);
    result();
  },
  subagent() {
    const task = calling('Task', { subagent_type: 'Explore', prompt: 'Look' });
    answer([task]);
    const grep = calling('Grep');
    answer([grep], task.id);
    returned(grep, task.id);
    answer([text], task.id);
    returned(task);
    answer([text]);
    result();
  },
  small() {
    use(SMALL, [7, 0, 0, 3, 0.0001]);
    answer([text]);
    result();
  },
  async slow() {
    answer([text, calling('Bash')]);
    await forever();
  },
  limit() {
    answer([calling('Bash')]);
    result({ subtype: 'error_max_turns', is_error: true, errors: ['a secret'], result: undefined });
  },
  api() {
    result({ is_error: true, api_error_status: 429, terminal_reason: 'api_error', result: 'a secret' });
  },
  async killed() {
    answer([text]);
    await later(50);
    process.kill(process.pid, 'SIGKILL');
    await forever();
  },
  clear() {
    for (const model of Object.keys(modelUsage)) delete modelUsage[model];
    answer([text]);
    result();
  },
};

async function turn(prompt) {
  send({ type: 'system', subtype: 'init', session_id: session, model: MAIN, tools: [] });
  await scenes[prompt]();
}

const promptOf = ({ content }) => (typeof content === 'string' ? content : content[0].text);

async function receive(line) {
  const { type, message, request, request_id, response } = JSON.parse(line);
  if (type === 'user') await turn(promptOf(message));
  else if (type === 'control_response') answers.get(response.request_id)?.(response);
  else if (type === 'control_request') {
    send({
      type: 'control_response',
      response: { subtype: 'success', request_id, response: { commands: [], models: [] } },
    });
    if (request.subtype === 'interrupt')
      result({
        subtype: 'error_during_execution',
        is_error: true,
        errors: [],
        terminal_reason: 'aborted_streaming',
      });
  }
}

// Version 0.1 passes a single prompt by its arguments.
if (has('--print')) {
  await turn(process.argv.at(-1));
  process.exit(0);
}
createInterface({ input: process.stdin })
  .on('line', (line) => void receive(line))
  .on('close', () => process.exit(0));
