/** What is loaded with the first call of LlamaIndex. */
export { takeStep } from './agents.ts';
export { runStream, watchSteps } from './runs.ts';
export { callTool } from './tools.ts';
