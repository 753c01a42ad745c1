// biome-ignore-all lint/suspicious/noConsole: an application prints
// One call by each SDK, to be bundled. BY names what to instrument by hand; OWN adds a provider of the application.
import * as anthropic from '@anthropic-ai/sdk';
import * as genai from '@google/genai';
import * as generativeAI from '@google/generative-ai';
import { instrumentClient, instrumentModule } from '@llmtrace/auto/manual';
import { trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import * as openai from 'openai';

const { BY, OWN, VENDOR } = process.env;
const exporter = new InMemorySpanExporter();
if (OWN) {
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
}
if (BY === 'module') for (const sdk of [openai, anthropic, genai, generativeAI]) instrumentModule(sdk);

/** The client itself, in any case. */
function made(client) {
  if (BY !== 'client') return client;
  if (instrumentClient(client) !== client || instrumentClient(client) !== client) throw new Error('another');
  return client;
}

async function run() {
  const openAI = made(new openai.OpenAI({ apiKey: 'k', baseURL: `${VENDOR}/v1` }));
  const stream = await openAI.chat.completions.create({ model: 'gpt-4.1-mini', messages: [], stream: true });
  for await (const _chunk of stream) {
  }
  const claude = made(new anthropic.Anthropic({ apiKey: 'k', baseURL: VENDOR }));
  await claude.messages.create({ model: 'claude-sonnet-4-6', max_tokens: 9, messages: [] });
  const gemini = made(new genai.GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: VENDOR } }));
  await gemini.models.generateContent({ model: 'gemini-2.5-flash', contents: 'Which is the tallest tree?' });
  const model = made(new generativeAI.GoogleGenerativeAI('k')).getGenerativeModel(
    { model: 'gemini-2.5-pro' },
    { baseUrl: VENDOR },
  );
  await model.generateContent('Which is the tallest tree?');
  await model.startChat().sendMessage('And the oldest?');
  console.log(JSON.stringify(exporter.getFinishedSpans().map(({ name }) => name)));
}

run();
