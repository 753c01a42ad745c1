// Runs an example's client against its server, in processes of their own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanEnvironment } from '@llmtrace/test-fixtures/run-app';
import { exportTo } from '../lib/receiver.mjs';
import { startBrowser } from './browser.mjs';
import { answerTo, urlsIn, waitsIn } from './plan.mjs';

const PATIENCE = 60_000;

const isTaken = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, 'localhost');
    const say = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => say(true)).once('error', () => say(false));
  });

/** The examples have fixed ports, which another program may have for a while. */
async function until(port, wanted) {
  const end = Date.now() + PATIENCE;
  while ((await isTaken(port)) !== wanted) {
    if (Date.now() > end) throw new Error(`port ${port} is ${wanted ? 'never' : 'not'} there`);
    await sleep(50);
  }
}

function start(folder, node, args, env) {
  const child = spawn(node, args, { cwd: folder, env, timeout: PATIENCE });
  const running = { child, stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (part) => {
      running[name] += part;
    });
  }
  child.stdin.on('error', () => {}); // it has ended before it read all
  running.ended = once(child, 'close').then(([code, signal]) => {
    running.end = signal ?? code;
  });
  return running;
}

/** Answers each prompt when it is there: a line that comes earlier is lost. Opens each URL that is to be opened. */
function type(running, commands) {
  const open = startBrowser();
  let [answered, opened] = [0, 0];
  running.child.stdout.on('data', () => {
    for (const url of urlsIn(running.stdout).slice(opened)) {
      opened++;
      open(url).catch((error) => {
        running.stderr += `the browser: ${error}`;
      });
    }
    if (waitsIn(running.stdout) > 0) return;
    const answer = answerTo(running.stdout.slice(answered), commands);
    if (answer === undefined) return;
    answered = running.stdout.length;
    running.child.stdin.write(`${answer}\n`);
  });
}

/** @param receiver receives the spans; without one, llmtrace is not there. */
export async function play({ folder, node, format, pair, receiver }) {
  const log = join(folder, 'requests.txt');
  rmSync(log, { force: true });
  receiver?.clear();
  const flags = ['--import', './preload.mjs', ...(receiver ? ['--import', '@llmtrace/auto'] : [])];
  const env = {
    ...cleanEnvironment(),
    ...{ REQUESTS: log, FLAGS: JSON.stringify(flags), PORT: String(pair.port) },
    ...(receiver ? { ...exportTo(receiver.url), LLMTRACE_EXIT_TIMEOUT_MS: '20000' } : {}),
  };
  const fileOf = (side, name) =>
    join('node_modules/@modelcontextprotocol/sdk/dist', format, 'examples', side, `${name}.js`);
  const file = fileOf('server', pair.server);
  const run = (...args) => start(folder, node, [...flags, ...args], env);
  const runs = pair.tool
    ? [await finished(run('stdio-client.mjs', file, pair.tool, JSON.stringify(pair.input)))]
    : await served(
        pair,
        () => run(file, ...pair.flags),
        () => run(fileOf('client', pair.client), ...pair.args),
      );
  const requests = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  return { runs, requests, spans: [...(receiver?.spans ?? [])] };
}

async function finished(running) {
  await running.ended;
  return running;
}

async function served({ port, commands }, startServer, startClient) {
  await until(port, false);
  const server = startServer();
  try {
    await until(port, true);
    const client = startClient();
    if (commands) type(client, [...commands]);
    else client.child.stdin.end();
    await client.ended;
    return [server, client];
  } finally {
    server.child.kill('SIGINT');
    await server.ended;
  }
}
