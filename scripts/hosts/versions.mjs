// The versions that the hosts are run with; the script says where the registry has newer ones.
import { join } from 'node:path';
import { manifestOf, root } from '../lib/npm.mjs';

const manifest = manifestOf(root);
const { version: llmtrace } = manifestOf(join(root, 'packages/auto'));
const { openai, '@anthropic-ai/sdk': anthropic, '@opentelemetry/api': api } = manifest.devDependencies;

/** What each application depends on, beside its SDKs. */
export const BASE = { '@llmtrace/auto': llmtrace, '@opentelemetry/api': api, openai };

export const ANTHROPIC = { '@anthropic-ai/sdk': anthropic };

/** OpenTelemetry's SDK 2.x, where the application has a set-up of its own. */
export const OTEL = {
  '@opentelemetry/instrumentation': '0.223.0',
  '@opentelemetry/instrumentation-http': '0.223.0',
  '@opentelemetry/sdk-node': '0.223.0',
};
