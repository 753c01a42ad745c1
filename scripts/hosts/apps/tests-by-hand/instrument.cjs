const { instrumentClient } = require('@llmtrace/auto/manual');
const { NodeSDK } = require('@opentelemetry/sdk-node');

const sdk = new NodeSDK();
sdk.start();
afterAll(() => sdk.shutdown());
exports.instrument = instrumentClient;
