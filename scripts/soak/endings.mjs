/** Endings × signals × Node.js versions: the exit, and which calls arrive. */
import {
  AUTO,
  exportTo,
  mapped,
  nodeFor,
  run,
  startCollector,
  startVendor,
  table,
  testAppOf,
} from './rig.mjs';

const CALLS = 10;
const WAYS = {
  natural: 'nothing left to do',
  exit: '`process.exit(7)`',
  code: '`process.exitCode = 3`',
  throw: 'an uncaught error',
  later: 'an uncaught error in a timer',
  reject: 'an unhandled rejection',
  unsettled: 'an `await` that never settles',
  sigterm: 'SIGTERM',
  sigint: 'SIGINT',
  sighup: 'SIGHUP',
  sigquit: 'SIGQUIT',
  sigusr2: 'SIGUSR2',
  sigkill: 'SIGKILL',
  abort: '`process.abort()`',
  blocked: 'SIGTERM while the event loop is blocked',
  blockedint: 'SIGINT while the event loop is blocked',
  exits: 'SIGTERM, and a handler of the application exits',
  throwing: 'an `exit` listener throws',
  exiting: 'an `exit` listener calls `process.exit(6)`',
};
const WORKER_WAYS = {
  natural: 'a worker thread ends',
  exit: 'a worker thread calls `process.exit(4)`',
  throw: 'a worker thread throws',
  terminate: '`worker.terminate()`',
};
/** Nothing runs after these. */
const LEAVES_NO_TIME = ['sigkill', 'abort'];
/** A busy machine takes longer to start the export thread than an exit waits, and to send a signal than 15 s. */
const PATIENT = { LLMTRACE_EXIT_TIMEOUT_MS: '60000', BLOCK_MS: '90000' };

const endOf = ({ code, signal }) => signal ?? `exit ${code}`;

export async function measure({ majors, jobs }) {
  const vendor = await startVendor();
  const scenes = [
    ...Object.entries(WAYS).map(([way, title]) => ({ way, title, app: 'exits.mjs', calls: CALLS })),
    ...Object.entries(WORKER_WAYS).map(([way, title]) => ({ way, title, app: 'worker-exits.mjs', calls: 1 })),
  ];
  const cells = majors.flatMap((major) => scenes.map((scene) => ({ ...scene, major })));
  const rows = await mapped(
    cells,
    async ({ major, way, title, app, calls }) => {
      const collector = await startCollector();
      const options = {
        node: nodeFor(major),
        args: [way],
        timeout: 150_000,
        env: {
          OPENAI_BASE_URL: `${vendor.url}/v1`,
          CALLS: String(calls),
          ...PATIENT,
          ...exportTo(collector.url),
        },
      };
      const bare = await run(testAppOf(app), options);
      const traced = await run(testAppOf(app), { ...options, flags: AUTO });
      collector.close();
      const isSame = endOf(bare) === endOf(traced) && bare.stdout === traced.stdout;
      return {
        major,
        way,
        title,
        calls,
        bare: endOf(bare),
        traced: endOf(traced),
        isSame,
        arrived: collector.ids.size,
      };
    },
    jobs,
  );
  vendor.close();
  return { rows };
}

export const problems = ({ rows }) =>
  rows.flatMap(({ major, way, title, bare, traced, isSame, arrived, calls }) => [
    ...(isSame ? [] : [`Node.js ${major}, ${title}: ${traced}, bare ${bare}`]),
    ...(arrived === calls || LEAVES_NO_TIME.includes(way)
      ? []
      : [`Node.js ${major}, ${title}: ${arrived} of ${calls} arrived`]),
  ]);

export function report({ rows }) {
  const majors = [...new Set(rows.map(({ major }) => major))];
  const titles = [...new Set(rows.map(({ title }) => title))];
  const cellsOf = (title) =>
    majors.flatMap((major) => {
      const found = rows.find((row) => row.title === title && row.major === major);
      return [
        found.isSame ? `${found.bare}, the same` : `**${found.traced}**, bare ${found.bare}`,
        `${found.arrived} of ${found.calls}`,
      ];
    });
  return table(
    ['the process ends by', ...majors.flatMap((major) => [`Node.js ${major}: exit`, 'calls arrived'])],
    titles.map((title) => [title, ...cellsOf(title)]),
  );
}
