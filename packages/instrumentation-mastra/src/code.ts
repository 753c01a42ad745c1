/** What is loaded with the first call of Mastra. */
export { generate, network, stream } from './agents.ts';
export { runInSpan } from './bridge.ts';
export { askModel } from './models.ts';
export { traceTools } from './tools.ts';
export { runWorkflow } from './workflows.ts';
