const { OpenAI } = require('openai');

exports.ask = async (question) => {
  const { choices } = await new OpenAI().chat.completions.create({
    model: 'gpt-4.1-mini',
    messages: [{ role: 'user', content: question }],
  });
  return choices[0].message.content;
};
