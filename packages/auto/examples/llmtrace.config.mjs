// LLMTRACE_CONFIG=./llmtrace.config.mjs node --import @llmtrace/auto app.mjs
export default {
  retry: { maxRetries: 5, deadline: 60_000 },
  rateLimit: { rate: 10, burst: 20, key: (call) => call.provider },
  interceptors: [
    async function noSecrets(call, next) {
      if (call.request.model === 'forbidden-model') throw new Error('this model is not for production');
      return next();
    },
  ],
  hooks: {
    onComplete: (call, { duration }) =>
      console.error(`${call.request.model} took ${Math.round(duration)} ms`),
  },
};
