// Makes a call, after which its event loop is empty.
import OpenAI from 'openai';
import idle from './idle-end.cjs';

await new OpenAI().embeddings.create({ model: 'text-embedding-3-small', input: 'oak' });
idle();
