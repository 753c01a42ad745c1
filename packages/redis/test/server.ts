/** A Redis for a test: Debian's, started on a free port of the loopback interface, and gone with the test. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** The name of the server that is installed: Redis, or Valkey, which speaks the same; undefined where none is. */
export const installed = ['redis-server', 'valkey-server'].find((name) => {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

/** `describe`, where there is a server to be started; otherwise one skipped line that says so. */
export function describeWithRedis(title: string, body: (this: Mocha.Suite) => void): void {
  if (installed) describe(title, body);
  else it.skip(`${title}: needs redis-server, which is not installed`);
}

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** What it says to a command. */
  ask(command: string): Promise<string>;
  /** Stops it where it is, as a machine that hangs. */
  pause(): void;
  resume(): void;
  /** Ends it at once, and all that it knows. */
  kill(): Promise<void>;
  /** Starts it again, on the same port, knowing nothing. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startRedis(flags: readonly string[] = []): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'llmtrace-redis-'));
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    const serverFlags = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
    const nothingKept = ['--save', '', '--appendonly', 'no'];
    child = spawn(installed ?? 'redis-server', [...serverFlags, ...nothingKept, ...flags], {
      stdio: 'ignore',
    });
    await answers(port);
  };
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    ask: (command) => ask(port, command),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill,
    restart: start,
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Another process: there is nothing to wait for but its answers. */
async function answers(port: number): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await ping(port))) {
    if (Date.now() > end) throw new Error('Expected Redis to answer within 10 s.');
    await wait(20);
  }
}

const ping = (port: number): Promise<boolean> =>
  ask(port, 'PING').then(
    (reply) => reply.startsWith('+PONG'),
    () => false,
  );

/** One command by hand, so that no client that is tested is needed. */
const ask = (port: number, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1');
    const parts: Buffer[] = [];
    socket.once('connect', () => socket.end(`${command}\r\nQUIT\r\n`));
    socket.on('data', (part) => parts.push(part));
    socket.once('close', () => resolve(Buffer.concat(parts).toString()));
    socket.once('error', reject);
  });
