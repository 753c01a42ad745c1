/** What is loaded with the first call of the SDK. */
import { batch } from './batches.ts';
import { decisions } from './decisions.ts';
import { interactions } from './interactions.ts';
import { modelEndpoints } from './models.ts';

export { runFunctions, streamFunctions, traceTools } from './function-calling.ts';

export const endpoints = {
  ...modelEndpoints,
  interaction: interactions.create,
  readInteraction: interactions.get,
  decisions,
  batch,
};
