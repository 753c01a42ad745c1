// One run of a host: a fresh folder, its build, its start, what is asked of it, and what arrives at the receiver.
import { exportTo, startReceiver } from '../lib/receiver.mjs';
import { vendorEnvironment } from '../lib/vendors.mjs';
import { execute, freePort, start } from './process.mjs';
import { addFiles } from './projects.mjs';

// Generous: a machine that is busy is slow, and a bound that it breaks looks like a fault.
const BUILD_BOUND = 900_000;
const RUN_BOUND = 600_000;

/** Plays a side of a way: `{ flags, env, files }`. It never throws: what went wrong is in `failure`. */
export async function play({ host, side, projects, vendor }) {
  const { folder, output, binaries, release } = await projects.take(host.project);
  if (!folder) return { failure: `it cannot be installed: ${causeIn(output)}` };
  const receiver = await startReceiver();
  const port = await freePort();
  const at = { folder, port, binaries, fill: filler({ folder, port, ...side }) };
  const env = {
    ...environment({ port, receiver, vendor }),
    ...fillAll({ ...host.env, ...side.env }, at.fill),
  };
  try {
    addFiles(folder, [...host.app, ...(side.files ?? [])]);
    const build = await buildIn(at, host, side, env);
    if (build?.code) return { build, failure: 'its build failed' };
    vendor.clear();
    return { build, ...(await runIn(at, host, side, env)), ...seenBy(receiver, vendor) };
  } catch (error) {
    return { failure: error.message };
  } finally {
    receiver.close();
    release();
  }
}

const environment = ({ port, receiver, vendor }) => ({
  ...vendorEnvironment(vendor.url),
  ...{ PORT: String(port), HOST: '127.0.0.1' },
  ...exportTo(receiver.url),
  // A busy machine may take longer than the 3 s that a process waits for its last export.
  LLMTRACE_EXIT_TIMEOUT_MS: '20000',
});

/** Replaces `{folder}` and `{port}`; an argument `{flags}` becomes the flags of the side. */
const filler = ({ folder, port, flags = [] }) => {
  const fill = (text) => text.replaceAll('{folder}', folder).replaceAll('{port}', String(port));
  return Object.assign(fill, {
    command: (parts) => parts.flatMap((part) => (part === '{flags}' ? flags : [part])).map(fill),
  });
};

const fillAll = (env, fill) =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)]));

async function buildIn({ folder, binaries, fill }, host, side, env) {
  const commands = side.build ?? host.build;
  if (!commands) return undefined;
  let output = '';
  for (const command of commands) {
    // What is loaded by NODE_OPTIONS is for the application, not for its build.
    const result = await execute(fill.command(command), {
      ...{ cwd: folder, binaries, timeout: BUILD_BOUND },
      env: { ...host.buildEnv, ...env, NODE_OPTIONS: '' },
    });
    output += result.output;
    if (result.code !== 0) return { code: result.code ?? 1, output };
  }
  return { code: 0, output };
}

async function runIn({ folder, port, binaries, fill }, host, side, env) {
  const { uid, gid } = host;
  const running = start(fill.command(side.start ?? host.start), {
    ...{ cwd: fill(host.cwd ?? '{folder}'), env, binaries, timeout: RUN_BOUND },
    ...(uid === undefined ? {} : { uid, gid }),
  });
  try {
    const answers = await host.drive(running, { port, folder });
    const { code, signal } = await running.ended;
    return {
      answers,
      end: running.tooLong ? 'killed after its time' : (signal ?? code),
      output: running.output,
    };
  } catch (error) {
    running.child.kill('SIGKILL');
    await running.ended;
    return { failure: error.message, output: running.output };
  }
}

/** By its attributes: where llmtrace adopts a span of the SDK, the span has the SDK's scope. */
const isOfCall = ({ attributes }) => attributes.some(({ key }) => key === 'gen_ai.operation.name');

const seenBy = ({ spans }, { requests }) => ({
  spans: spans.filter(isOfCall),
  others: spans.filter((span) => !isOfCall(span)),
  // Several processes make their requests in any order.
  requests: requests.map(({ method, path, body }) => JSON.stringify([method, path, body])).sort(),
});

/** What of an output says best why something failed: its first lines with an error, else its last lines. */
export function causeIn(output) {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /\b\w*errors?\b|cannot find|refused/i.test(line));
  return (errors.length > 0 ? errors.slice(0, 8) : lines.slice(-6)).join(' ').slice(0, 800);
}
