/** What is loaded with the first call of LangChain. */
export { runAgent } from './agent.ts';
export { runGraph } from './graph.ts';
export { generates, starts, streams } from './model.ts';
export { runTool } from './tool.ts';
