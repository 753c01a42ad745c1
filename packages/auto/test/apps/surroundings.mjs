// biome-ignore-all lint/suspicious/noConsole: an application prints
// Changes what llmtrace runs on as the argument names it, then makes calls: node surroundings.mjs random
import fs from 'node:fs';
import module from 'node:module';
import OpenAI from 'openai';
import sinon from 'sinon';

const client = new OpenAI({ maxRetries: 0 });
const MESSAGES = [{ role: 'user', content: 'Hello' }];
const ask = (model = 'gpt-4.1-mini', more = {}) =>
  client.chat.completions.create({ model, messages: MESSAGES, ...more });

const WAYS = {
  /** As a deployment has removed the packages, or the process has given up the right to read them. */
  async files() {
    fs.realpathSync = () => {
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    };
    console.log((await ask()).choices[0].message.content);
    for await (const { choices } of await ask('gpt-4.1-mini', { stream: true })) console.log(choices.length);
    const body = JSON.stringify({ model: 'gpt-4.1-mini', messages: MESSAGES });
    const headers = { 'content-type': 'application/json', authorization: 'Bearer key' };
    const url = `${client.baseURL}/chat/completions`;
    for (let i = 0; i < 2; i++) console.log((await fetch(url, { method: 'POST', headers, body })).status);
  },
  async nothing() {
    for (let i = 0; i < 3; i++) console.log((await ask()).choices[0].message.content);
  },
  /** As mock-require and proxyquire do it. */
  async mocks() {
    const require = module.createRequire(import.meta.url);
    const { _load: load } = module;
    const mocked = (run) => {
      module._load = (request, ...rest) => (request === 'openai' ? 'a mock' : load(request, ...rest));
      run();
      module._load = load;
    };
    const print = () => console.log(typeof require('openai'));
    mocked(print);
    print();
    mocked(print);
    print();
    const answer = await new (require('openai'))().chat.completions.create({
      model: 'gpt-4.1-mini',
      messages: MESSAGES,
    });
    console.log(answer.choices.length);
  },
  async clock() {
    console.log((await ask()).choices.length);
    globalThis.performance = undefined;
  },
  /** As libraries of old do. */
  async prototypes() {
    Object.prototype.each = () => {};
    Object.prototype.version = '1.0';
    console.log((await ask()).choices[0].message.content);
  },
  /** A generator with a short period, as one with a seed has the same numbers each time. */
  async random() {
    let count = 0;
    Math.random = () => (count++ % 5) / 5;
    for (let i = 0; i < 3; i++) await ask();
    console.log('numbers taken', count);
  },
  /** The answers do not come from the network, which has timers of its own. */
  async timers() {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'setImmediate'] });
    const busy = { status: 429, headers: { 'content-type': 'application/json', 'retry-after-ms': '5' } };
    const answers = [Response.json({ choices: [] }), new Response('{"error":{}}', busy)];
    const local = new OpenAI({ fetch: async () => answers.shift() ?? Response.json({ choices: [] }) });
    const asking = () => local.chat.completions.create({ model: 'gpt-4.1-mini', messages: MESSAGES });
    const reader = (await asking().asResponse()).body.getReader();
    console.log((await reader.read()).done, clock.countTimers());
    const retried = asking();
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => process.nextTick(resolve));
      console.log('timers', clock.countTimers());
    }
    await clock.runAllAsync();
    console.log((await retried).choices.length, clock.countTimers());
  },
};

await WAYS[process.argv[2]]();
