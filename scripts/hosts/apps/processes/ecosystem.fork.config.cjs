module.exports = {
  apps: [
    {
      name: 'shop',
      script: 'server.mjs',
      exec_mode: 'fork',
      node_args: process.env.NODE_ARGS,
      autorestart: false,
    },
  ],
};
