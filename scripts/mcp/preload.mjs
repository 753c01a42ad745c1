// Loaded into each process, with llmtrace and without it: counts the requests that the process sends, and has it read commands from
// a pipe as from a terminal.
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const { stringify } = JSON;
const isRequest = (value) => value?.jsonrpc === '2.0' && 'method' in value && 'id' in value;

if (isMainThread) {
  // Each transport makes a text of each message, once.
  JSON.stringify = (value, ...more) => {
    if (isRequest(value)) appendFileSync(process.env.REQUESTS, `${value.method}\n`);
    return stringify(value, ...more);
  };
  process.stdin.setRawMode ??= () => process.stdin;
}
