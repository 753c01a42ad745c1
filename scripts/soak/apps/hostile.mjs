// Makes usual calls, then a hostile one so often, and prints the processor time of each in this thread, and its outcome:
// node hostile.mjs <model> <stream> <times>
import OpenAI from 'openai';

const [model, stream, times] = process.argv.slice(2);
const client = new OpenAI({ maxRetries: Number(process.env.MAX_RETRIES ?? 0) });
const messages = [{ role: 'user', content: 'Hello?' }];
const isStream = stream === 'true';

/** Other processes have no part in it; before Node.js 23.9 the other threads of this process have. */
function cpuMs() {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1000;
}

async function ask(name, streamed) {
  const since = cpuMs();
  let outcome;
  try {
    const answer = await client.chat.completions.create({ model: name, messages, stream: streamed });
    let chunks = 0;
    if (streamed) for await (const _ of answer) chunks++;
    outcome = streamed ? `${chunks} chunks` : `${answer.choices.length} choices`;
  } catch (error) {
    outcome = `${error.constructor.name} ${error.status}`;
  }
  return { ms: cpuMs() - since, outcome };
}

for (let i = 0; i < 5; i++) await ask('gpt-4o-mini', isStream);
const results = [];
for (let i = 0; i < Number(times); i++) results.push(await ask(model, isStream));
const after = await ask('gpt-4o-mini', false);
console.log(JSON.stringify({ results, after: after.outcome }));
