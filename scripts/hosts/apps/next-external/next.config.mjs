export default {
  ...(process.env.STANDALONE ? { output: 'standalone' } : {}),
  serverExternalPackages: ['openai', '@anthropic-ai/sdk', '@google/genai', '@llmtrace/auto'],
};
