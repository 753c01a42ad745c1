// node --import @llmtrace/auto/hook middleware.mjs
import { timingOf } from '@llmtrace/core';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';

/** Wraps the attempts of a call: it may delay, repeat or refuse them. */
async function officeHours(call, next) {
  if (call.request.model === 'gpt-4o' && process.env.CLOSED) throw new Error('not at this time of day');
  return next();
}

/** Only watches: an error of an observer is logged and dropped. */
const printer = {
  start: (call) => console.log(`${call.operation} ${call.request.model}`),
  chunk: (call) => {
    if (call.chunks === 1) console.log('the first chunk is there');
  },
  end: (call) => {
    const { attempts } = timingOf(call);
    if (call.error) console.log(`failed: ${call.error.message}`);
    else console.log(`${call.outcome}: ${attempts} request, ${call.chunks} chunks`);
  },
};

new OpenAIInstrumentation({ interceptors: [officeHours], observers: [printer] });

const { default: OpenAI } = await import('openai');
const stream = await new OpenAI().chat.completions
  .create({ model: 'gpt-4o', stream: true, messages: [{ role: 'user', content: 'Say hello.' }] })
  .catch(() => []);
for await (const _chunk of stream);
