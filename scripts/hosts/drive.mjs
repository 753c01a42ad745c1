// What is done with an application once it runs, and how it ends. A driver resolves with the answers.
import { once } from 'node:events';
import { utimesSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { sleep } from './process.mjs';

const MARKED = /@@(.*?)@@/gs;
const START_BOUND = 240_000;

/** What the application marked as an answer: all else of its output may differ from run to run. */
const marked = (text) => [...text.matchAll(MARKED)].map(([, answer]) => answer.replaceAll('&quot;', '"'));

/** The application runs to its end by itself. The order of what several processes print is no answer. */
export const script = () => async (running) => {
  await running.ended;
  return marked(running.stdout).sort();
};

/** The application serves: requests one after the other, then a signal, and it has some seconds to end. */
export const served =
  (paths, { end = 'SIGTERM', more = async () => [] } = {}) =>
  async (running, { port, folder }) => {
    await listening(running, port);
    const answers = [];
    for (const path of paths) answers.push(await ask(port, path));
    answers.push(...(await more({ running, port, folder })));
    await finish(running, end);
    return answers;
  };

/** The application restarts when its file changes; each instance answers once. */
export const restarted = (file, paths, end) =>
  served(paths, {
    end,
    more: async ({ running, port, folder }) => {
      const before = running.output.split('@@listening@@').length;
      const now = new Date();
      utimesSync(join(folder, file), now, now);
      await until(() => running.output.split('@@listening@@').length > before, running, 'it did not restart');
      await listening(running, port);
      return [await ask(port, paths[0])];
    },
  });

/** The host stops the process after each answer, lets it go on for the next request, and kills it at the end. */
export const frozen =
  (paths, { grace = 500 } = {}) =>
  async (running, { port }) => {
    await listening(running, port);
    const answers = [];
    for (const path of paths) {
      answers.push(await ask(port, path));
      await sleep(grace);
      process.kill(-running.child.pid, 'SIGSTOP');
      await sleep(300);
      process.kill(-running.child.pid, 'SIGCONT');
    }
    process.kill(-running.child.pid, 'SIGKILL');
    await running.ended;
    return answers;
  };

/** The runtime interface of Lambda on the port: the process is frozen while it waits for its next invocation. */
export const invoked =
  (count) =>
  async (running, { port }) => {
    const answers = [];
    let left = count;
    const over = Promise.withResolvers();
    const server = createServer(async (request, response) => {
      if (request.method === 'POST') {
        answers.push(await text(request));
        response.writeHead(202).end();
        return;
      }
      process.kill(-running.child.pid, 'SIGSTOP');
      await sleep(300);
      if (left-- === 0) return over.resolve();
      process.kill(-running.child.pid, 'SIGCONT');
      response.setHeader('lambda-runtime-aws-request-id', String(left)).end('{}');
    });
    await once(server.listen(port, '127.0.0.1'), 'listening');
    await Promise.race([over.promise, running.ended]);
    process.kill(-running.child.pid, 'SIGKILL');
    server.close();
    server.closeAllConnections();
    await running.ended;
    return answers;
  };

/** Sends a signal to the process alone, as a container's engine does. */
export async function finish(running, signal) {
  if (running.child.exitCode === null) running.child.kill(signal);
  const isOver = await Promise.race([running.ended.then(() => true), sleep(60_000)]);
  if (!isOver) running.tooLong = true;
  if (!isOver) process.kill(-running.child.pid, 'SIGKILL');
  await running.ended;
}

/** A request is a path, or an object with `path` and `form: true` or options of `fetch`. */
export async function ask(port, request) {
  const { path, form, ...options } = typeof request === 'string' ? { path: request } : request;
  const url = `http://127.0.0.1:${port}${path}`;
  const signal = AbortSignal.timeout(240_000);
  const response = form ? await submit(url, signal) : await fetch(url, { signal, ...options });
  const answer = await response.text();
  const isPage = response.headers.get('content-type')?.includes('html');
  return [path, response.status, isPage ? marked(answer) : answer];
}

/** Sends the form of a page with its hidden fields, as a browser without JavaScript does. */
async function submit(url, signal) {
  const page = await (await fetch(url, { signal })).text();
  const body = new FormData();
  for (const [input] of page.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    body.append(/name="([^"]*)"/.exec(input)?.[1] ?? '', /value="([^"]*)"/.exec(input)?.[1] ?? '');
  }
  body.append('question', 'hello');
  return fetch(url, { method: 'POST', body, headers: { origin: new URL(url).origin }, signal });
}

export const listening = (running, port) =>
  until(() => accepts(port), running, `nothing listens on its port: ${running.output.slice(-600)}`);

async function until(condition, running, message) {
  const deadline = Date.now() + START_BOUND;
  while (!(await condition())) {
    const isOver = running.child.exitCode !== null || running.child.signalCode !== null;
    if (isOver) throw new Error(`it ended before its time: ${running.output.slice(-600)}`);
    if (Date.now() > deadline) throw new Error(message);
    await sleep(100);
  }
}

async function accepts(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
