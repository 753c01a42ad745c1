/** What is loaded with the first call of Genkit. */
export { generate, resolveToolRequest } from './generate.ts';
export { runInNewSpan } from './spans.ts';
export { enableTelemetry } from './telemetry.ts';
