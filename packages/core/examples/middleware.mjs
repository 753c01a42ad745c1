// node --import @llmtrace/auto/hook middleware.mjs
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';

/** Wraps the attempts of a call: it may delay, repeat or refuse them. */
async function officeHours(call, next) {
  if (call.request.model === 'gpt-4o' && process.env.CLOSED) throw new Error('not at this time of day');
  return next();
}

/** Only watches: what a hook throws is logged and dropped. */
const hooks = {
  onStart: (call) => console.log(`${call.operation} ${call.request.model}`),
  onChunk: (call, _chunk, { timeToFirstChunk }) => {
    if (call.chunks === 1 && timeToFirstChunk !== undefined) console.log('the first chunk is there');
  },
  onComplete: (call, { attempts }) =>
    console.log(`${call.outcome}: ${attempts} request, ${call.chunks} chunks`),
  onError: (_call, error) => console.log(`failed: ${error.message}`),
};

new OpenAIInstrumentation({ interceptors: [officeHours], hooks });

const { default: OpenAI } = await import('openai');
const stream = await new OpenAI().chat.completions
  .create({ model: 'gpt-4o', stream: true, messages: [{ role: 'user', content: 'Say hello.' }] })
  .catch(() => []);
for await (const _chunk of stream);
