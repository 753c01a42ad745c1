export default {
  output: 'standalone',
  // Every SDK that is to be traced, and llmtrace.
  serverExternalPackages: ['openai', '@llmtrace/auto'],
  // No import names these: the export thread, and the exporters.
  outputFileTracingIncludes: {
    '/*': ['./node_modules/@llmtrace/**/dist/**/*', './node_modules/@opentelemetry/**/*'],
  },
};
