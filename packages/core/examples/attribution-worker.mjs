// node --import @llmtrace/auto attribution-worker.mjs
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { getLlmAttributes, withLlmAttributes } from '@llmtrace/core';

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url));
  withLlmAttributes({ tenant: 'acme' }, () =>
    worker.postMessage({ text: 'A long text.', attributes: getLlmAttributes() }),
  );
} else {
  parentPort?.once('message', ({ text, attributes }) =>
    withLlmAttributes(attributes, () => console.log(`${getLlmAttributes().tenant}: ${text}`)),
  );
}
