// An application with an OpenTelemetry set-up of its own, which says in code where its limits are kept.
import { llmtraceInstrumentations } from '@llmtrace/auto/instrumentations';
import { redisLimits } from '@llmtrace/redis';
import { NodeSDK } from '@opentelemetry/sdk-node';

const rateLimit = { rate: 0.001, burst: 2, mode: 'refuse' };
const sharedLimits = process.env.REDIS ? redisLimits(process.env.REDIS, { timeout: 3000 }) : undefined;
const instrumentations = llmtraceInstrumentations({ rateLimit, ...(sharedLimits && { sharedLimits }) });
new NodeSDK({ instrumentations }).start();
await import('./asker.mjs');
