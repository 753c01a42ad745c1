// Functions: hosts that freeze a process after each answer, and kill it without a signal that it could handle.
import { frozen, invoked, served } from './drive.mjs';
import { PLAIN } from './servers.mjs';
import { ENVIRONMENT } from './ways.mjs';

const PROJECT = {
  name: 'functions',
  packages: { '@google-cloud/functions-framework': '5.0.5' },
  manifest: { main: 'function.mjs' },
};
const DOCS = 'docs/serverless.md';
const FLUSHED = {
  ...{
    ...ENVIRONMENT,
    title: '`NODE_OPTIONS`, `llmtrace.flush()` in the handler',
    name: 'flush()',
    quick: true,
  },
  ...{ files: ['functions-flush'], docs: [DOCS, 'await llmtrace.flush({ timeoutMillis: 1000 });'] },
};
const IN_TIME = { ...ENVIRONMENT, docs: [DOCS, 'K_SERVICE'] };

export const FUNCTIONS = [
  {
    ...{ name: 'Lambda-like loop', group: 'Functions', project: PLAIN, app: ['calls', 'functions'] },
    env: { AWS_LAMBDA_FUNCTION_NAME: 'shop', AWS_LAMBDA_RUNTIME_API: '127.0.0.1:{port}' },
    start: ['node', 'bootstrap.mjs'],
    drive: invoked(6),
    ways: [FLUSHED, { ...ENVIRONMENT, files: ['functions-slow'], docs: undefined, mayLose: 1 }],
    quick: true,
  },
  {
    ...{ name: 'a server that is frozen and killed', group: 'Functions', project: PLAIN },
    app: ['calls', 'functions', 'processes'],
    env: { K_SERVICE: 'shop' },
    start: ['node', 'server.mjs'],
    drive: frozen(Array.from({ length: 6 }, () => '/')),
    ways: [IN_TIME],
  },
  {
    ...{ name: 'functions-framework', title: "Google's `functions-framework`", group: 'Functions' },
    ...{ project: PROJECT, app: ['calls', 'functions'], env: { K_SERVICE: 'shop' } },
    start: ['functions-framework', '--target=chat', '--port={port}'],
    drive: served(['/', '/']),
    ways: [IN_TIME],
  },
];
