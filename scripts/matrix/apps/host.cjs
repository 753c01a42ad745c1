// An application's own OpenTelemetry set-up with llmtrace's instrumentations, as CommonJS.
const { llmtraceInstrumentations } = require('@llmtrace/auto/instrumentations');
const { NodeSDK } = require('@opentelemetry/sdk-node');

const sdk = new NodeSDK({ instrumentations: [...llmtraceInstrumentations()] });
sdk.start();
process.once('beforeExit', () => sdk.shutdown());
