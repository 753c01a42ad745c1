// Processes that end: each is the leader of a group, which is killed when its time is over or its leader is gone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { cleanEnvironment } from '@llmtrace/test-fixtures/run-app';

/** No tool may ask a question, colour its output or send statistics of its own. */
const QUIET = {
  ...{ CI: '1', NO_COLOR: '1', DO_NOT_TRACK: '1', NEXT_TELEMETRY_DISABLED: '1' },
  ...{ NUXT_TELEMETRY_DISABLED: '1', ASTRO_TELEMETRY_DISABLED: '1', PM2_DISABLE_VERSION_CHECK: 'true' },
};

/** Starts a command; `output` and `stdout` grow, `ended` resolves with `{ code, signal }`. */
export function start([command, ...args], { cwd, env = {}, timeout = 60_000, binaries = [], ...rest }) {
  const paths = [join(cwd, 'node_modules', '.bin'), dirname(process.execPath)].concat(
    binaries,
    process.env.PATH,
  );
  const child = spawn(command === 'node' ? process.execPath : command, args, {
    ...{ cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    env: { ...cleanEnvironment(), ...QUIET, ...env, PATH: paths.join(':') },
    ...rest,
  });
  const running = { child, stdout: '', output: '', tooLong: false };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      if (name === 'stdout') running.stdout += text;
      running.output += stripVTControlCharacters(text);
    });
  }
  const timer = setTimeout(() => {
    running.tooLong = true;
    killGroup(child);
  }, timeout);
  running.ended = endOf(child).finally(() => {
    clearTimeout(timer);
    killGroup(child);
  });
  return running;
}

/** Runs a command to its end. */
export async function execute(command, options) {
  const running = start(command, options);
  const { code, signal } = await running.ended;
  const output = running.tooLong ? `${running.output}\nit took too long and was killed` : running.output;
  return { code, signal, stdout: running.stdout, output };
}

async function endOf(child) {
  const closed = once(child, 'close').catch(() => {});
  try {
    const [code, signal] = await once(child, 'exit');
    // A manager may end before its application, which still exports; what lives on for good must not keep us waiting.
    await Promise.race([closed, sleep(10_000)]);
    return { code, signal };
  } catch (error) {
    return { code: error.code ?? 1, signal: null };
  }
}

function killGroup({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // No process of the group is left, or none was started.
  }
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
