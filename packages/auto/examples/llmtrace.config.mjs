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
  observers: [
    {
      end: ({ request, startTime, endTime }) =>
        console.error(`${request.model} took ${Math.round(endTime - startTime)} ms`),
    },
  ],
  responseHook: (span, { cost }) => span.setAttribute('app.is_expensive', (cost?.total ?? 0) > 0.01),
};
