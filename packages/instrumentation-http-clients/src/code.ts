/** What is loaded with the first request that may be a model call. */
export { Exchange } from './exchange.ts';
export { attemptHere } from './fetch/attempt.ts';
export { instrumentFetch } from './fetch/instrument-fetch.ts';
export { endWhenIdle } from './idle.ts';
export { callersContext } from './parent.ts';
export { isKnownHost, recognise } from './recognise.ts';
export { SdkRequest } from './sdk-request.ts';
