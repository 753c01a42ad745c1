/** What is loaded with the first request. */
export { answers, sends } from './protocol.ts';
