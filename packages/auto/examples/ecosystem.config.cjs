// pm2 start ecosystem.config.cjs
module.exports = {
  apps: [
    {
      name: 'shop',
      script: 'service.mjs',
      exec_mode: 'cluster',
      instances: 2,
      // NODE_OPTIONS would come too late in cluster mode.
      node_args: '--import @llmtrace/auto',
      // PM2 kills an application so many ms after it was asked to stop: longer than llmtrace waits for its last export.
      kill_timeout: 5000,
      env: { OTEL_SERVICE_NAME: 'shop', LLMTRACE_CONSOLE: 'true' },
    },
  ],
};
