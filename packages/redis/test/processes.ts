/** Several independent processes, one Redis, and a vendor that sees the requests of all. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '@llmtrace/test-fixtures/run-app';

const APP = fileURLToPath(new URL('./apps/caller.mjs', import.meta.url));

export interface SeenRequest {
  /** When it came, in ms. */
  readonly time: number;
  /** The process and the number of the call. */
  readonly user: string;
}

/** Answers every request, and remembers when it came. */
export async function startWitness() {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const time = performance.now();
    const parts: Buffer[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const { user, model, stream } = JSON.parse(Buffer.concat(parts).toString());
      if (model !== 'warm-up') requests.push({ time, user });
      if (stream) response.setHeader('content-type', 'text/event-stream').end(STREAM);
      else response.setHeader('content-type', 'application/json').end(ANSWER);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  const lag = monitorEventLoopDelay({ resolution: 10 });
  lag.enable();
  const close = async (): Promise<void> => {
    lag.disable();
    server.closeAllConnections();
    server.close();
  };
  /** How late it was at worst to see what had come, in ms. */
  const lateness = (): number => lag.max / 1e6;
  return { requests, url: `http://127.0.0.1:${port}/v1`, lateness, close };
}

const ANSWER = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_764_000_000,
  model: 'gpt-4o-mini',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 60, completion_tokens: 40, total_tokens: 100 },
});

/** A stream without its usage. */
const STREAM = [
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_764_000_000,
    model: 'gpt-4o-mini',
    choices: [{ index: 0, delta: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
  }),
  '[DONE]',
]
  .map((data) => `data: ${data}\n\n`)
  .join('');

export interface Troop {
  readonly count: number;
  /** Of each process. */
  readonly calls: number;
  readonly env: Readonly<Record<string, string>>;
}

export interface TroopEnd {
  /** What became of each call. */
  readonly ends: string[];
  readonly stderr: string[];
  readonly codes: (number | null)[];
}

/** Runs the processes from the built packages, with the environment and `--import` alone; all start at once. */
export async function runTroop({ count, calls, env }: Troop): Promise<TroopEnd> {
  const children = Array.from({ length: count }, (_, index) => {
    const child = spawn(process.execPath, ['--import', '@llmtrace/auto', APP], {
      env: {
        LLMTRACE_QUIET: 'true',
        ...cleanEnvironment(),
        OPENAI_API_KEY: 'sk-test',
        CALLS: String(calls),
        NAME: `process-${index}`,
        ...env,
      },
      stdio: 'pipe',
    });
    const stderr: Buffer[] = [];
    child.stderr.on('data', (part) => stderr.push(part));
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    return { child, stderr, lines, ended: once(child, 'close') as Promise<[number | null]> };
  });
  try {
    for (const { lines } of children) assert.equal((await lines.next()).value, 'ready');
    for (const { child } of children) child.stdin.write('go\n');
    const ends: string[] = [];
    for (const { lines } of children) ends.push(...JSON.parse((await lines.next()).value ?? '["no answer"]'));
    const codes = await Promise.all(children.map(async ({ ended }) => (await ended)[0]));
    return { ends, codes, stderr: children.map(({ stderr }) => Buffer.concat(stderr).toString()) };
  } finally {
    for (const { child } of children) child.kill('SIGKILL');
  }
}

/** What a request may be on its way for, on a machine that has much to do, in ms. */
const TRANSIT = 400;

/**
 * @param lateness how late the witness was to see them, in ms.
 * @throws AssertionError for any window in which more came than so many a second, and one burst.
 */
export function expectWithin(
  requests: readonly SeenRequest[],
  rate: number,
  burst: number,
  lateness: number,
): void {
  const times = requests.map(({ time }) => time).sort((a, b) => a - b);
  for (const [first, from] of times.entries()) {
    for (let last = first; last < times.length; last++) {
      const length = (times[last] as number) - from;
      const most = burst + ((length + TRANSIT + lateness) / 1000) * rate;
      const count = last - first + 1;
      assert.ok(
        count <= most,
        `${count} requests within ${Math.round(length)} ms, ${most.toFixed(1)} at most`,
      );
    }
  }
}

/** How long they took together, in s. */
export function durationOf(requests: readonly SeenRequest[]): number {
  const times = requests.map(({ time }) => time);
  return (Math.max(...times) - Math.min(...times)) / 1000;
}
