export default {
  // Every SDK that is to be traced, llmtrace, and the OpenTelemetry SDK.
  serverExternalPackages: ['openai', '@llmtrace/auto', '@opentelemetry/sdk-node'],
};
