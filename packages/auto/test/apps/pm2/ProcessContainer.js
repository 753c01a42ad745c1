// Does what the file of this name in PM2 does with a process of its cluster mode: sets its environment, then runs it.
const { pathToFileURL } = require('node:url');

const settings = JSON.parse(process.env.pm2_env);
for (const name in settings) process.env[name] = settings[name];
delete process.env.pm2_env;
import(pathToFileURL(process.env.pm_exec_path));
