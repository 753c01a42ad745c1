// An application with an agent of Mastra whose spans `@mastra/otel-bridge` makes, too, with BRIDGE.
import { createRequire } from 'node:module';
import { playScenes, sdkLoader } from '@llmtrace/test-fixtures/operations-app';

const load = sdkLoader((file) => file.replace(/\.cjs$/, '.js'));

const { Mastra } = await load('@mastra/core');
const { Agent } = await load('@mastra/core/agent');
const { createTool } = await load('@mastra/core/tools');
const { z } = createRequire(process.env.SDK)('zod');

async function observability() {
  const { Observability } = await load('@mastra/observability');
  const { OtelBridge } = await load('@mastra/otel-bridge');
  return new Observability({ configs: { default: { serviceName: 'app', bridge: new OtelBridge() } } });
}

const weather = createTool({
  id: 'weather',
  description: 'The weather of a city',
  inputSchema: z.object({ city: z.string() }),
  execute: async () => 'sunny',
});
const forecaster = new Agent({
  id: 'forecaster',
  name: 'Forecaster',
  instructions: 'Help.',
  model: { id: 'openai/gpt-4o-mini', url: process.env.OPENAI_BASE_URL, apiKey: 'sk-test' },
  tools: { weather },
  maxRetries: 0,
});
const mastra = new Mastra({
  logger: false,
  agents: { forecaster },
  ...(process.env.BRIDGE ? { observability: await observability() } : {}),
});

await playScenes({
  'a run': async () => (await mastra.getAgent('forecaster').generate('W?')).text,
  'a stream': async () => (await mastra.getAgent('forecaster').stream('W?')).text,
});
await mastra.shutdown();
