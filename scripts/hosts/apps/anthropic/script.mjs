import Anthropic from '@anthropic-ai/sdk';

const anthropic = new Anthropic({ maxRetries: 0 });
const body = { model: 'claude-sonnet-4-6', max_tokens: 100, messages: [{ role: 'user', content: 'hello' }] };
const { content } = await anthropic.messages.create(body);
console.log(`@@${content[0].text}@@`);
let text = '';
for await (const event of await anthropic.messages.create({ ...body, stream: true })) {
  text += event.delta?.text ?? '';
}
console.log(`@@${text}@@`);
