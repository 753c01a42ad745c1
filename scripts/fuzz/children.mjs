// The applications that plays run in, each a process of its own with a server of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startServer } from './server.mjs';

const APP = fileURLToPath(new URL('app.mjs', import.meta.url));
/** The heap of an application, in MB: what grows without bounds ends it. */
const HEAP = 256;
/** A play takes no longer, in ms, on a machine that is busy. */
const BOUND = 20_000;
const FOREIGN = /^(?:OTEL_|LLMTRACE_|NODE_|OPENAI_|AZURE_|ANTHROPIC_|GOOGLE_|GEMINI_|.*_PROXY$)/i;

const cleanEnvironment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));

/** Starts an application, which starts anew where it has died. */
export async function startChild(vendor, format, profile) {
  const server = await startServer();
  let child;
  let stderr = '';
  let isClosed = false;
  /** One question at a time: a play that was interrupted goes on to its end. */
  let last = Promise.resolve();

  async function started() {
    if (child?.connected) return child;
    child = fork(APP, [vendor, format, profile], {
      execArgv: ['--expose-gc', '--no-warnings', `--max-old-space-size=${HEAP}`],
      env: { ...cleanEnvironment(), LLMTRACE_QUIET: 'true' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    child.stderr.on('data', (data) => {
      stderr = (stderr + data).slice(-20_000);
    });
    const ended = once(child, 'exit').then(([code]) => [`its end, with code ${code}: ${stderr}`]);
    const [ready] = await Promise.race([once(child, 'message'), ended]);
    if (ready !== 'ready') throw new Error(`The application began with ${ready}.`);
    return child;
  }

  function drop() {
    child?.kill('SIGKILL');
    child = undefined;
  }

  async function ask(message) {
    if (isClosed) return { died: 'closed' };
    const app = await started();
    const bound = new AbortController();
    const { signal } = bound;
    app.send(message);
    const answered = once(app, 'message', { signal }).then(([answer]) => answer);
    const died = once(app, 'exit', { signal }).then(([code, name]) => ({ died: `${code ?? name}` }));
    const late = delay(BOUND, { died: 'hung' }, { signal });
    try {
      return await Promise.race([answered, died, late]);
    } finally {
      bound.abort();
      for (const loser of [answered, died, late]) loser.catch(() => {});
    }
  }

  await started();
  function inTurn(question) {
    last = last.then(question);
    return last;
  }

  return {
    run: (play) => inTurn(() => perform(play)),
    memory: () => inTurn(() => ask('memory')),
    async close() {
      isClosed = true;
      drop();
      await server.close();
    },
  };

  async function perform(play) {
    server.play(play.replies);
    stderr = '';
    const result = await ask({ play, url: server.url });
    if (result.died !== undefined) drop();
    return { ...result, requests: server.requests(), stderr };
  }
}
