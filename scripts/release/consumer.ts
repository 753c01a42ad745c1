// A project that uses each public entry point and the main types, under TypeScript's strictest options. It is
// compiled and never run.
import '@llmtrace/auto';
import '@llmtrace/auto/hook';
import { llmtraceInstrumentations } from '@llmtrace/auto/instrumentations';
import {
  type Call,
  classifyError,
  type ErrorInfo,
  type Hooks,
  type Interceptor,
  isRateLimit,
  type LlmInstrumentation,
  type LlmTraceConfig,
  LlmTraceError,
  type Observer,
  setPrice,
  TokenBucket,
} from '@llmtrace/core';
import { AdkInstrumentation } from '@llmtrace/instrumentation-adk';
import { AISdkInstrumentation } from '@llmtrace/instrumentation-ai-sdk';
import { AnthropicInstrumentation } from '@llmtrace/instrumentation-anthropic';
import { AwsBedrockInstrumentation } from '@llmtrace/instrumentation-aws-bedrock';
import { ClaudeAgentSdkInstrumentation } from '@llmtrace/instrumentation-claude-agent-sdk';
import { GenkitAIInstrumentation, GenkitCoreInstrumentation } from '@llmtrace/instrumentation-genkit';
import { GoogleGenAIInstrumentation } from '@llmtrace/instrumentation-google-genai';
import { GoogleGenerativeAIInstrumentation } from '@llmtrace/instrumentation-google-generative-ai';
import { LlamaIndexInstrumentation } from '@llmtrace/instrumentation-llamaindex';
import { MastraInstrumentation } from '@llmtrace/instrumentation-mastra';
import { McpInstrumentation } from '@llmtrace/instrumentation-mcp';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';
import { OpenAIAgentsInstrumentation } from '@llmtrace/instrumentation-openai-agents';
import { StrandsInstrumentation } from '@llmtrace/instrumentation-strands';
import { metricsHandler, prometheusObserver } from '@llmtrace/prometheus';
import { NodeSDK } from '@opentelemetry/sdk-node';

const observer: Observer = {
  end(call: Call) {
    const total: number | undefined = call.cost?.total;
    console.log(call.provider, call.request.model, call.response.usage?.inputTokens, total);
  },
};

const interceptor: Interceptor = async (call, next) => {
  if (call.request.model === undefined) throw new TypeError('no model');
  return next();
};

const hooks: Hooks = {
  onChunk: (call, _chunk: unknown, { timeToFirstChunk }) => console.log(call.chunks, timeToFirstChunk),
  onError: (_call, error: unknown) => console.log(classifyError(error).type),
};

const metrics = prometheusObserver({ defaultLabels: { service: 'chat' }, buckets: [0.1, 1, 10] });

const config: LlmTraceConfig = {
  semconv: 'latest',
  observers: [observer, metrics],
  interceptors: [interceptor],
  hooks,
  retry: { maxRetries: 5, deadline: 60_000 },
  rateLimit: { rate: 10, burst: 20, key: (call) => call.provider },
  log: 'json',
};

const instrumentations: LlmInstrumentation[] = [
  ...llmtraceInstrumentations(config),
  new OpenAIInstrumentation(config),
  new OpenAIAgentsInstrumentation(),
  new MastraInstrumentation(),
  new LlamaIndexInstrumentation(),
  new StrandsInstrumentation(),
  new AdkInstrumentation(),
  new AISdkInstrumentation(),
  new ClaudeAgentSdkInstrumentation(),
  new GenkitCoreInstrumentation(),
  new GenkitAIInstrumentation(),
  new McpInstrumentation({ mcpPropagate: 'none' }),
  new AnthropicInstrumentation({ nativeSpans: 'replace' }),
  new GoogleGenAIInstrumentation(),
  new GoogleGenerativeAIInstrumentation(),
  new AwsBedrockInstrumentation(),
];
new NodeSDK({ instrumentations }).start();

// @ts-expect-error `newest` is no value of `semconv`
new OpenAIInstrumentation({ semconv: 'newest' });

setPrice('my-model', { inputPer1M: 2.5, outputPer1M: 10 });
const bucket = new TokenBucket({ rate: 10 });

/** @param error the value of a `catch`, which has no type. */
export function report(error: unknown): ErrorInfo | undefined {
  if (error instanceof LlmTraceError || isRateLimit(error)) return undefined;
  return classifyError(error);
}

export const rate: number = bucket.rate;
export const handler = metricsHandler(metrics);
