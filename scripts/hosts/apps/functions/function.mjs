import { http } from '@google-cloud/functions-framework';
import { chat } from './calls.mjs';

http('chat', async (_, response) => {
  response.send(await chat());
});
