/** Runs variants of the application by turns, so that other load on the machine is the same for all of them. */
import { setTimeout as wait } from 'node:timers/promises';
import { child } from './child.mjs';

/** The longest time in ms until a batch of OpenTelemetry's, which waits for five seconds, has arrived. */
const EXPORTED_MS = 6000;

const file = (name) => new URL(name, import.meta.url).pathname;

/**
 * @param variants by name: `folder` where the application's file is, `flags` of Node.js, `env` by the URL of a sink.
 * `mayFail`: failed requests are counted, and end nothing: 23 of the first 2,000 at once fail with dd-trace 6 alone.
 * `warmUp`: the rounds before those that count. `isFull`: wait for all exports, so that their bytes are known.
 * @returns by variant and scene: a list with what was measured in each round.
 */
export async function measure({ variants, scenes, framework, node, rounds, warmUp, isFull, onRound }) {
  const services = await child(file('services.mjs'));
  const load = await child(file('load.mjs'));
  const { url: vendor } = await services.ask('vendor');
  const apps = [];
  try {
    for (const [name, variant] of Object.entries(variants))
      apps.push(await startApp(name, { ...variant, framework, node, vendor }, services));
    for (const app of apps) app.found = emptyOf(app, scenes);
    const play = async (round) => {
      for (const [scene, options] of Object.entries(scenes))
        for (const app of turned(apps, round)) app.found[scene].push(await block(app, load, options));
    };
    for (let round = 0; round < warmUp; round++) await play(round);
    if (isFull) await wait(EXPORTED_MS);
    for (const app of apps) Object.assign(app, { found: emptyOf(app, scenes), before: await exported(app) });
    for (let round = 0; round < rounds; round++) {
      await play(round);
      onRound?.(round);
    }
    if (isFull) await wait(EXPORTED_MS);
    for (const app of apps) {
      const { bytes, spans } = await exported(app);
      app.found.bytes = (bytes - app.before.bytes) / callsOf(scenes, rounds);
      app.found.spans = (spans - app.before.spans) / callsOf(scenes, rounds);
    }
    return Object.fromEntries(apps.map(({ name, found }) => [name, found]));
  } finally {
    for (const part of [...apps, services, load]) part.end();
  }
}

const emptyOf = ({ started }, scenes) => ({
  start: started,
  ...Object.fromEntries(Object.keys(scenes).map((scene) => [scene, []])),
});

const turned = (names, by) => [...names.slice(by % names.length), ...names.slice(0, by % names.length)];

const callsOf = (scenes, rounds) =>
  rounds * Object.values(scenes).reduce((sum, { requests }) => sum + requests, 0);

async function startApp(name, { folder, flags, env, framework, node, vendor, mayFail = false }, services) {
  const { url, sink } = await services.ask('sink');
  const app = await child(`${folder}/app.mjs`, {
    ...{ cwd: folder, node, args: [framework] },
    flags: ['--expose-gc', ...flags],
    env: { VENDOR: `${vendor}/v1`, ...env(url) },
  });
  const { port, cpu, rss } = app.first;
  return { ...app, name, port, mayFail, started: { cpu, rss }, services, sink };
}

const exported = ({ services, sink }) => services.ask('exported', { sink });

/** CPU time is in µs a request; memory in bytes; delays in ms. */
async function block(app, load, { delays = false, ...options }) {
  await app.ask('start', { delays });
  const { seconds, failed } = await load.ask('load', { ...options, port: app.port });
  const { cpu, ...rest } = await app.ask('stop');
  if (failed > 0 && !app.mayFail)
    throw new Error(`${app.name}: ${failed} of ${options.requests} requests failed`);
  return { ...rest, failed, cpu: cpu / options.requests, perSecond: options.requests / seconds };
}
