import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK({ instrumentations: [new HttpInstrumentation()] });
sdk.start();
globalThis.ownTelemetry = sdk;
process.once('SIGTERM', () => sdk.shutdown().finally(() => process.exit(0)));
