// An application's own OpenTelemetry set-up with llmtrace's instrumentations.
import { llmtraceInstrumentations } from '@llmtrace/auto/instrumentations';
import { NodeSDK } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK({ instrumentations: [...llmtraceInstrumentations()] });
sdk.start();
process.once('beforeExit', () => sdk.shutdown());
