// A child in a folder from which llmtrace is not found, in the environment of its parent.
import { spawnSync } from 'node:child_process';
import { chat, mark } from './calls.mjs';

mark(await chat());
const { status, stdout } = spawnSync(process.execPath, ['-p', '"the child ran"'], {
  cwd: '/',
  encoding: 'utf8',
});
mark(`${stdout.trim()} and ended with ${status}`);
