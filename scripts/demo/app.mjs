// An ordinary application: nothing in it knows that it is being traced.
// It asks for its keys and base URLs where the SDKs always do, in the environment.
import { fileURLToPath } from 'node:url';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { GoogleGenerativeAI } from '@google/generative-ai';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { trace } from '@opentelemetry/api';
import OpenAI from 'openai';

const openai = new OpenAI();
const anthropic = new Anthropic();
const google = new GoogleGenAI({ apiKey: process.env.GEMINI_API_KEY });
const model = 'gpt-4o-mini';
const tracer = trace.getTracer('shop');

const ask = (content) => [{ role: 'user', content }];

async function chat() {
  const answer = await openai.chat.completions.create({ model, messages: ask('What do you sell?') });
  return answer.choices[0].message.content;
}

async function stream() {
  const chunks = await openai.chat.completions.create({
    model,
    messages: ask('Describe the red one.'),
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = '';
  for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? '';
  return text;
}

/** An agent with two tools: one in the application, and one of an MCP server in a separate process. */
async function agent() {
  const server = fileURLToPath(new URL('server.mjs', import.meta.url));
  const shelf = new Client({ name: 'shop', version: '1.0.0' });
  await shelf.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [...process.execArgv, server],
      env: process.env,
      stderr: 'inherit',
    }),
  );
  const tool = (name, description, run) => ({
    type: 'function',
    function: {
      name,
      description,
      parameters: { type: 'object', properties: { article: { type: 'string' } } },
      parse: JSON.parse,
      function: run,
    },
  });
  const runner = openai.chat.completions.runTools({
    model,
    messages: ask('Is the red one in stock, and where?'),
    parallel_tool_calls: true,
    tools: [
      tool('stock', 'The number of pieces of an article in stock', () => ({ left: 3 })),
      tool('shelf', 'The shelf of an article', (article) =>
        shelf.callTool({ name: 'shelf', arguments: article }),
      ),
    ],
  });
  const text = await runner.finalContent();
  await shelf.close();
  return text;
}

async function respond() {
  const response = await openai.responses.create({ model: 'gpt-5-mini', input: 'Thank the customer.' });
  return response.output_text;
}

async function embed() {
  const { data } = await openai.embeddings.create({
    model: 'text-embedding-3-small',
    input: ['red', 'blue'],
  });
  return `${data.length} vectors`;
}

async function claude() {
  const body = { model: 'claude-sonnet-4-6', max_tokens: 200, messages: ask('Write an advertisement.') };
  const message = await anthropic.messages.stream(body).finalMessage();
  return message.content.find(({ type }) => type === 'text')?.text;
}

async function gemini() {
  const chunks = await google.models.generateContentStream({
    model: 'gemini-2.5-flash',
    contents: 'Shorten it.',
  });
  let text = '';
  for await (const chunk of chunks) text += chunk.text ?? '';
  return text;
}

/** The SDK that Google has replaced by the one above. */
async function geminiBefore() {
  const former = new GoogleGenerativeAI(process.env.GEMINI_API_KEY).getGenerativeModel(
    { model: 'gemini-2.5-flash' },
    { baseUrl: process.env.GOOGLE_GEMINI_BASE_URL },
  );
  const { response } = await former.generateContent('Translate it.');
  return response.text();
}

async function fail() {
  try {
    await openai.chat.completions.create({ model: 'fail-429', messages: ask('One more?') });
    return 'no failure';
  } catch (error) {
    return `${error.constructor.name}: ${error.message}`;
  }
}

for (const step of [chat, stream, agent, respond, embed, claude, gemini, geminiBefore, fail]) {
  const said = await tracer.startActiveSpan(`shop ${step.name}`, async (span) => {
    const text = await step();
    span.end();
    return text;
  });
  console.log(`${step.name.padEnd(12)} ${said}`);
}
