module.exports = {
  apps: [
    {
      name: 'shop',
      script: 'server.mjs',
      exec_mode: 'fork',
      node_args: process.env.NODE_ARGS,
      kill_timeout: 5000,
      autorestart: false,
    },
  ],
};
