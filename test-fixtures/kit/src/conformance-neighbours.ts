/** Tests that other instrumentations of the same method work next to llmtrace, in either order. */
import assert from 'node:assert/strict';
import type { Observation } from './harness.ts';
import { runApp } from './run-app.ts';
import { type Format, KIT_FLAGS, kitFile, type SdkName } from './sdks.ts';
import type { ComingCopy, Troupe } from './suite.ts';

/** How another instrumentation wraps the method: by an assignment, or by OpenTelemetry's helper. */
export type Neighbour = 'plain' | 'shimmer';

/** The arguments of the application `neighbours-app`. */
export interface NeighboursScript {
  /** The module of the vendor case; then the module and the class name of the instrumentation. */
  readonly vendor: string;
  readonly module: string;
  readonly className: string;
  readonly set: string;
  /** The formats that one application loads. */
  readonly formats: readonly Format[];
  /** The wrappers of the method in their order, and when the SDK loads in between. */
  readonly order: readonly (Neighbour | 'ours' | 'load')[];
}

/** Its output: a report for each format. */
export type NeighboursReports = Partial<Record<Format, NeighboursReport>>;

export interface NeighboursReport {
  readonly observations: Record<string, Observation>;
  readonly hits: Record<string, number>;
  /**
   * The number of promises whose `responsePromise` was replaced after a neighbour saw it. dd-trace, for example,
   * recognises a promise by that field.
   */
  readonly replaced: number;
  readonly started: number;
  readonly ended: number;
}

/** The rows to play; each makes one call. */
export const ROWS: readonly string[] = ['several readers of one promise', 'a stream to its end'];
/** The rows to play where a separate method makes streams: these all use the method that is wrapped. */
export const PLAIN_ROWS: readonly string[] = [
  'several readers of one promise',
  'the arguments stay as they are',
];

/** The orders. An instrumentation is made before the SDK loads if it can be; an assignment needs the loaded SDK. */
const ORDERS: readonly Order[] = [
  ['shimmer', 'ours', 'load', 'plain'],
  ['ours', 'shimmer', 'load', 'plain'],
  ['load', 'plain', 'ours', 'load'],
];

export function describeNeighbours(troupe: Troupe, copies: readonly ComingCopy[]): void {
  const runs = new Map<string, Promise<NeighboursReports>>();
  /** One application loads both formats, unless they are the same classes. */
  const reportOf = async ({ set, format }: SdkName, order: Order): Promise<NeighboursReport> => {
    const formats: Format[] = troupe.vendor.isCommonJs ? [format] : ['cjs', 'esm'];
    const scene = { set, formats, order };
    const key = JSON.stringify(scene);
    const run = runs.get(key) ?? live(troupe, scene);
    runs.set(key, run);
    return (await run)[format] ?? assert.fail(`no report of ${format}`);
  };
  describe('neighbours', () => {
    for (const { name, ready } of copies) {
      describe(`on ${name.set} as ${name.format}`, () => {
        for (const order of ORDERS) {
          it(`all of them work, who came as: ${order.join(', ')}`, async () => {
            const report = await reportOf(name, order);
            const { native } = await ready();
            expectNeighbours(report, native, order);
          });
        }
      });
    }
  });
}

type Order = NeighboursScript['order'];

async function live(
  { vendor, subject }: Troupe,
  scene: Pick<NeighboursScript, 'set' | 'formats' | 'order'>,
): Promise<NeighboursReports> {
  const { module, className } = subject;
  const script: NeighboursScript = { vendor: vendor.url, module, className, ...scene };
  const { code, stdout, stderr } = await runApp(kitFile('neighbours-app'), {
    flags: KIT_FLAGS,
    args: [JSON.stringify(script)],
  });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

function expectNeighbours(
  { observations, hits, replaced, started, ended }: NeighboursReport,
  native: Record<string, Observation>,
  order: Order,
): void {
  for (const [name, observation] of Object.entries(observations)) {
    assert.deepEqual(observation, native[name], name);
  }
  const neighbours = order.filter((step) => step === 'plain' || step === 'shimmer');
  const expected = Object.fromEntries(neighbours.map((neighbour) => [neighbour, ROWS.length]));
  assert.deepEqual(hits, expected, 'calls that the neighbours saw');
  assert.equal(replaced, 0, 'promises whose responsePromise was replaced');
  assert.deepEqual([started, ended], [ROWS.length, ROWS.length], 'spans started and ended');
}
