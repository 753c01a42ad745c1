/** What is loaded with the first call of Strands. */
export { streamAgent } from './agents.ts';
export { streamFromModel } from './models.ts';
export { endNode, startSpan, withSpan } from './spans.ts';
export { callTool, executeTool, executeToolOfAgent, executeToolWithHooks } from './tools.ts';
export { streamWorkflow } from './workflows.ts';
