// biome-ignore-all lint/suspicious/noConsole: an application prints
// One call, by the SDK that PACKAGE names. What it answers is not looked at.
const name = process.env.PACKAGE ?? 'openai';
const base = process.env.VENDOR;
const sdk = await import(name);
const calls = {
  openai: () => new sdk.OpenAI().chat.completions.create({ model: 'gpt-4.1-mini', messages: [] }),
  '@anthropic-ai/sdk': () =>
    new sdk.Anthropic({ apiKey: 'k', baseURL: base }).messages.create({
      model: 'claude-sonnet-4-6',
      max_tokens: 9,
      messages: [],
    }),
};
await calls[name]();
console.log('answered');
