// An existing OpenTelemetry set-up that takes llmtrace's instrumentations in, as CommonJS.
const { llmtraceInstrumentations } = require('@llmtrace/auto/instrumentations');
const { NodeSDK } = require('@opentelemetry/sdk-node');

const sdk = new NodeSDK({ instrumentations: [...llmtraceInstrumentations()] });
sdk.start();
process.once('beforeExit', () => sdk.shutdown());
