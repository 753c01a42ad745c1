/** What is loaded with the first call of the AI SDK. */
export { runAgent } from './agents.ts';
export { end, start } from './channel.ts';
export { generateText, streamText } from './entrances.ts';
