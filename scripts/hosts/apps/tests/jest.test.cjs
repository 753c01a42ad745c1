const OpenAI = require('openai').default;

test('the model answers', async () => {
  const openai = new OpenAI({ maxRetries: 0 });
  const messages = [{ role: 'user', content: 'hello' }];
  const { choices } = await openai.chat.completions.create({ model: 'gpt-4o-mini', messages });
  expect(choices[0].message.content.length).toBeGreaterThan(0);
  process.stdout.write(`@@${choices[0].message.content}@@\n`);
});
