// biome-ignore-all lint/suspicious/noConsole: an application prints
// Starts itself in another folder, in every way that Node.js has: node elsewhere.mjs <folder>. It prints how each ended,
// and in which of them llmtrace was started.
import { exec, fork, spawn } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

const file = fileURLToPath(import.meta.url);
const [, , cwd, name = isMainThread ? undefined : workerData] = process.argv;

if (name === undefined) {
  const ended = async (child) => (await once(child, 'exit'))[0];
  const exits = {
    spawn: await ended(spawn(process.execPath, [file, cwd, 'spawn'], { cwd, stdio: 'inherit' })),
    exec: await ended(exec(`"${process.execPath}" "${file}" "${cwd}" exec`, { cwd })),
    fork: await ended(fork(file, [cwd, 'fork'], { cwd })),
  };
  cluster.setupPrimary({ exec: file, args: [cwd, 'cluster'], cwd });
  exits.cluster = await ended(cluster.fork().process);
  exits.worker = await ended(new Worker(file, { argv: [cwd], workerData: 'worker' }));
  const started = readdirSync(cwd).sort();
  console.log(JSON.stringify({ exits, started }));
} else if (Symbol.for('llmtrace.auto') in globalThis) {
  writeFileSync(join(cwd, name), '');
  cluster.worker?.disconnect();
  process.exit();
} else process.exit();
