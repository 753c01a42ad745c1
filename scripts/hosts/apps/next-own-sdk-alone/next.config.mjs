export default {
  ...(process.env.STANDALONE ? { output: 'standalone' } : {}),
  serverExternalPackages: ['openai', '@llmtrace/auto', '@opentelemetry/sdk-node'],
};
