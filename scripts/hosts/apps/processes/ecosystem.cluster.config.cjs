module.exports = {
  apps: [
    {
      name: 'shop',
      script: 'server.mjs',
      exec_mode: 'cluster',
      instances: 2,
      node_args: process.env.NODE_ARGS,
      kill_timeout: 5000,
    },
  ],
};
