import { chat } from '../../lib/calls.js';

export default async function handler(_, response) {
  response.send(await chat());
}
