/** What is loaded with the first call of the Claude Agent SDK. */
export { createServer, createSession, query, resumeSession, startup, untraced } from './entrances.ts';
