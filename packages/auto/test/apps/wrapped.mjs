// biome-ignore-all lint/suspicious/noConsole: an application prints
// Prints the modules that the hook wrapped, in an application that loads many.
import { createRequire } from 'node:module';
import 'openai';
import '@opentelemetry/api';
import '@opentelemetry/core';

const log = console.log;
const require = createRequire(import.meta.url);
const { addHook } = createRequire(require.resolve('@opentelemetry/instrumentation'))('import-in-the-middle');
const urls = [];
addHook((url) => urls.push(url));
log(JSON.stringify(urls));
