// biome-ignore-all lint/suspicious/noConsole: an application prints
// Makes a call, and ends in the way that the argument names: node exits.mjs sigterm
import { spawn } from 'node:child_process';
import OpenAI from 'openai';

const client = new OpenAI({ maxRetries: 0 });
const ask = (model = 'gpt-4.1-mini') =>
  client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hello' }] });

const stay = () => setInterval(() => {}, 1000);
const signal = (name) => process.kill(process.pid, name);
const onSigterm = (handler, add = 'on') => {
  stay();
  process[add]('SIGTERM', handler);
  signal('SIGTERM');
};

async function block(name) {
  // The export thread listens by then, and this one no more.
  while (process.listenerCount(`SIG${name}`) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  spawn('sh', ['-c', `sleep 0.3; kill -${name} ${process.pid}`], { stdio: 'ignore' });
  const end = Date.now() + Number(process.env.BLOCK_MS ?? 45_000);
  while (Date.now() < end);
  console.log('survived');
}

const WAYS = {
  natural: () => console.log('done'),
  exit: () => process.exit(7),
  code: () => {
    process.exitCode = 3;
  },
  throw() {
    throw new Error('boom');
  },
  later: () => setTimeout(() => WAYS.throw(), 10),
  reject: () => void Promise.reject(new Error('boom')),
  unsettled: () => new Promise(() => {}),
  abort: () => process.abort(),
  sigterm: () => signal(stay() && 'SIGTERM'),
  sigint: () => signal(stay() && 'SIGINT'),
  sighup: () => signal(stay() && 'SIGHUP'),
  sigquit: () => signal(stay() && 'SIGQUIT'),
  sigusr2: () => signal(stay() && 'SIGUSR2'),
  // The signal comes before the export thread listens, and this thread reads it after.
  early() {
    signal(stay() && 'SIGTERM');
    const end = Date.now() + 5000;
    while (Date.now() < end);
  },
  sigkill: () => signal(stay() && 'SIGKILL'),
  // The event loop stands still: as without llmtrace, a signal still ends the process.
  blocked: () => block('TERM'),
  blockedint: () => block('INT'),
  // The application's own handlers: one that exits, one that does not, one that lets the signal have its way.
  exits: () => onSigterm(() => setTimeout(() => process.exit(5), 50)),
  ignores() {
    const staying = stay();
    process.on('SIGTERM', () => {
      console.log('not now');
      clearInterval(staying);
    });
    signal('SIGTERM');
  },
  again: () => onSigterm(() => setTimeout(signal, 20, 'SIGTERM'), 'once'),
  // As libraries for cleaning up do it: the signal ends the process only if there is no other listener.
  counts() {
    const handler = () => {
      if (process.listenerCount('SIGTERM') > 1) return;
      process.off('SIGTERM', handler);
      signal('SIGTERM');
    };
    onSigterm(handler);
  },
  // One that listens for a while, and no more when the signal comes.
  gone() {
    stay();
    const handler = () => console.log('never');
    process.on('SIGTERM', handler);
    setTimeout(() => {
      process.off('SIGTERM', handler);
      signal('SIGTERM');
    }, 20);
  },
  // As frameworks shut down: nothing is left to do when the handler sends the signal again.
  shutdown() {
    const staying = stay();
    const handler = async () => {
      clearInterval(staying);
      await null;
      process.off('SIGTERM', handler);
      signal('SIGTERM');
    };
    process.on('SIGTERM', handler);
    signal('SIGTERM');
  },
  before: () => process.on('beforeExit', () => console.log('beforeExit')),
  listens: () => process.on('exit', (code) => console.log('exit', code)),
  // Listeners to the exit that keep the later ones from running.
  throwing() {
    process.prependListener('exit', () => {
      throw new Error('at the exit');
    });
  },
  exiting() {
    process.prependListener('exit', () => process.exit(6));
    setTimeout(() => process.exit(2), 10);
  },
  // One that removes all listeners: of the exit, of a signal, of everything.
  removes() {
    process.removeAllListeners('exit');
    console.log(process.listenerCount('exit'));
  },
  removesexits() {
    process.removeAllListeners('exit');
    process.exit(4);
  },
  removesall() {
    process.removeAllListeners();
    setTimeout(() => process.exit(8), 50);
  },
  async removessignal() {
    for (const name of ['SIGTERM', 'exit']) process.removeAllListeners(name);
    await new Promise((resolve) => setTimeout(resolve, 10));
    signal(stay() && 'SIGTERM');
  },
  open() {
    ask('hang').catch(() => {});
    setTimeout(() => process.exit(0), 100);
  },
};

for (let calls = Number(process.env.CALLS ?? 1); calls > 0; calls--) await ask();
await WAYS[process.argv[2]]();
