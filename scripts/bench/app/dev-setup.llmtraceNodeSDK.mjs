import '@llmtrace/auto/hook';
import { llmtraceInstrumentations } from '@llmtrace/auto/instrumentations';
import { NodeSDK } from '@opentelemetry/sdk-node';

new NodeSDK({ instrumentations: [...llmtraceInstrumentations()] }).start();
