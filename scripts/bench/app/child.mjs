/** A process that answers messages: `ask('start', { … })` resolves to its answer. */
import { fork } from 'node:child_process';

/** @returns once the process has sent its first message, with that as `first`. */
export async function child(file, { args = [], cwd, flags = [], env = {}, node = process.execPath } = {}) {
  const { NODE_OPTIONS: _none, ...inherited } = process.env;
  const forked = fork(file, args, {
    ...{ cwd, execPath: node, execArgv: flags, env: { ...inherited, ...env } },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const waiting = new Map();
  let said = '';
  forked.stderr.on('data', (part) => {
    said = (said + part).slice(-4000);
  });
  const answer = (id) => new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  forked.on('message', ({ id, ...rest }) => {
    waiting.get(id)?.resolve(rest);
    waiting.delete(id);
  });
  forked.on('exit', (code, signal) => {
    for (const { reject } of waiting.values())
      reject(new Error(`${file} ended with ${signal ?? code}: ${said}`));
  });
  let last = 0;
  const ask = (does, options) => {
    const id = ++last;
    forked.send({ id, does, ...options });
    return answer(id);
  };
  const first = await answer(0);
  return { first, ask, end: () => forked.kill('SIGKILL') };
}
