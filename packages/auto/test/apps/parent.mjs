// Runs an example in a child process, with its own environment.
import { spawn } from 'node:child_process';

const example = new URL('../../examples/chat.mjs', import.meta.url);
spawn(process.execPath, [example.pathname], { stdio: 'inherit' }).on('close', (code) => {
  process.exitCode = code;
});
