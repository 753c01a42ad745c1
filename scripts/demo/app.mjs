// An ordinary application: nothing in it knows that it is being traced.
// It asks for its key and its base URL where the SDK always does, in the environment.
import { trace } from '@opentelemetry/api';
import OpenAI from 'openai';

const client = new OpenAI();
const model = 'gpt-4o-mini';
const tracer = trace.getTracer('shop');

const ask = (content) => [{ role: 'user', content }];

async function chat() {
  const answer = await client.chat.completions.create({ model, messages: ask('What do you sell?') });
  return answer.choices[0].message.content;
}

async function stream() {
  const chunks = await client.chat.completions.create({
    model,
    messages: ask('Describe the red one.'),
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = '';
  for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? '';
  return text;
}

async function tools() {
  const runner = client.chat.completions.runTools({
    model,
    messages: ask('Is the red one in stock?'),
    tools: [
      {
        type: 'function',
        function: {
          name: 'stock',
          description: 'How many of an article are left',
          parameters: { type: 'object', properties: { article: { type: 'string' } } },
          parse: JSON.parse,
          function: () => ({ left: 3 }),
        },
      },
    ],
  });
  return runner.finalContent();
}

async function respond() {
  const response = await client.responses.create({ model: 'gpt-5-mini', input: 'Thank the customer.' });
  return response.output_text;
}

async function embed() {
  const { data } = await client.embeddings.create({
    model: 'text-embedding-3-small',
    input: ['red', 'blue'],
  });
  return `${data.length} vectors`;
}

async function fail() {
  try {
    await client.chat.completions.create({ model: 'fail-429', messages: ask('One more?') });
    return 'no failure';
  } catch (error) {
    return `${error.constructor.name}: ${error.message}`;
  }
}

for (const step of [chat, stream, tools, respond, embed, fail]) {
  const said = await tracer.startActiveSpan(`shop ${step.name}`, async (span) => {
    const text = await step();
    span.end();
    return text;
  });
  console.log(`${step.name.padEnd(8)} ${said}`);
}
