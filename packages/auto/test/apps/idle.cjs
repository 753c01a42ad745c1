// Makes a call, after which its event loop is empty.
const OpenAI = require('openai');
const idle = require('./idle-end.cjs');

new OpenAI().embeddings.create({ model: 'text-embedding-3-small', input: 'oak' }).then(idle);
