// biome-ignore-all lint/suspicious/noConsole: an application prints
// An application that says a secret in every way that it can, to every vendor, and gets an answer, a tool call, a stream
// and an error from each. At its end it prints what `/metrics` says, where that is served.
import { get } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { GoogleGenerativeAI } from '@google/generative-ai';
import OpenAI from 'openai';

const { VENDOR_URL: url, SECRET: secret, LLMTRACE_PROMETHEUS_PORT: port } = process.env;
const prompt = `prompt ${secret}`;
const system = `system ${secret}`;
const description = `description ${secret}`;
const schema = { type: 'object', description, properties: { city: { type: 'string' } } };
const found = { weather: `result ${secret}` };
const image = Buffer.from(`image ${secret}`).toString('base64');
const apiKey = `sk-${secret}-key-0123456789`;

const ended = async (work) => {
  try {
    const answer = await work;
    const stream = answer?.stream ?? answer;
    if (stream?.[Symbol.asyncIterator]) for await (const _ of stream);
  } catch {
    // the vendor refused
  }
};

async function openai() {
  const client = new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 });
  const call = { id: 'c1', type: 'function', function: { name: 'find', arguments: JSON.stringify(found) } };
  const messages = [
    { role: 'system', content: system },
    {
      role: 'user',
      name: secret,
      content: [
        { type: 'text', text: prompt },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } },
      ],
    },
    { role: 'assistant', tool_calls: [call] },
    { role: 'tool', tool_call_id: 'c1', content: JSON.stringify(found) },
  ];
  const tools = [{ type: 'function', function: { name: 'find', description, parameters: schema } }];
  const chat = (params) =>
    ended(client.chat.completions.create({ model: 'gpt-4.1-mini', messages, ...params }));
  await chat();
  await chat({ tools, messages: messages.slice(0, 2) });
  await chat({ stream: true });
  await chat({ model: 'fail-401' });
  const answer = (params) =>
    ended(client.responses.create({ model: 'gpt-4.1-mini', input: prompt, instructions: system, ...params }));
  await answer();
  await answer({ stream: true });
  await ended(client.embeddings.create({ model: 'text-embedding-3-small', input: prompt }));
}

async function anthropic() {
  const client = new Anthropic({ apiKey, baseURL: url, maxRetries: 0 });
  const messages = [
    {
      role: 'user',
      content: [
        { type: 'text', text: prompt },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: image } },
      ],
    },
    { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'find', input: found }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: found.weather }] },
  ];
  const tools = [{ name: 'find', description, input_schema: schema }];
  const ask = (params) =>
    ended(
      client.messages.create({ model: 'claude-haiku-4-5', max_tokens: 100, system, messages, ...params }),
    );
  await ask();
  await ask({ tools, messages: messages.slice(0, 1) });
  await ask({ stream: true });
  await ask({ model: 'fail-401' });
}

const contents = [
  { role: 'user', parts: [{ text: prompt }, { inlineData: { mimeType: 'image/png', data: image } }] },
  { role: 'model', parts: [{ functionCall: { name: 'find', args: found } }] },
  { role: 'user', parts: [{ functionResponse: { name: 'find', response: found } }] },
];
const declared = [
  {
    functionDeclarations: [{ name: 'find', description, parameters: { type: 'OBJECT', properties: {} } }],
  },
];

async function genai() {
  const { models } = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url } });
  const request = { model: 'gemini-2.5-flash', contents, config: { systemInstruction: system } };
  const config = { systemInstruction: system, tools: declared };
  await ended(models.generateContent(request));
  await ended(models.generateContent({ ...request, contents: prompt, config }));
  await ended(models.generateContentStream(request));
  await ended(models.generateContent({ ...request, model: 'fail-401' }));
}

async function generativeAI() {
  const ai = new GoogleGenerativeAI(apiKey);
  const model = (name) => ai.getGenerativeModel({ model: name, systemInstruction: system }, { baseUrl: url });
  await ended(model('gemini-2.5-flash').generateContent({ contents }));
  await ended(model('gemini-2.5-flash').generateContent({ contents: contents.slice(0, 1), tools: declared }));
  await ended(model('gemini-2.5-flash').generateContentStream({ contents }));
  await ended(model('gemini-2.5-flash').startChat().sendMessage(prompt));
  await ended(model('fail-401').generateContent({ contents }));
}

for (const vendor of [openai, anthropic, genai, generativeAI]) await vendor();

if (port) {
  get({ port, path: '/metrics', agent: false }, async (response) => {
    let text = '';
    for await (const part of response.setEncoding('utf8')) text += part;
    console.log(text);
  });
}
