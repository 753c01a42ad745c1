// An existing OpenTelemetry set-up that takes llmtrace's instrumentations in.
import { llmtraceInstrumentations } from '@llmtrace/auto/instrumentations';
import { NodeSDK } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK({ instrumentations: [...llmtraceInstrumentations()] });
sdk.start();
process.once('beforeExit', () => sdk.shutdown());
