/** What is loaded with the first call of ADK. */
export { adoptAgentSpan, runAgent } from './agents.ts';
export { countRequest, runStep, takeModelSpan } from './models.ts';
export { callTool, runTool } from './tools.ts';
export { adoptWorkflowSpan, runWorkflow } from './workflows.ts';
