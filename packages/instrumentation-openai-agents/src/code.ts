/** What is loaded with the first call of the SDK. */
export { run } from './runs.ts';
export { cloneTrace, createSpan, createTrace, endSpan, endTrace, failSpan } from './tracing.ts';
