import { llmtraceInstrumentations } from '@llmtrace/auto/instrumentations';
import { NodeSDK } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK({ instrumentations: [...llmtraceInstrumentations()] });
sdk.start();
globalThis.ownTelemetry = sdk;
