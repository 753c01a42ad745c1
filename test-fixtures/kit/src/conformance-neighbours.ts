/** Other instrumentations on the same method keep working with ours, in either order. */
import assert from 'node:assert/strict';
import type { Observation } from './harness.ts';
import { runApp } from './run-app.ts';
import { type Format, KIT_FLAGS, kitFile } from './sdks.ts';
import type { ComingCopy, Troupe } from './suite.ts';

/** How a neighbour wraps: by an assignment, or by OpenTelemetry's own helper. */
export type Neighbour = 'plain' | 'shimmer';

/** The arguments of the application `neighbours-app`. */
export interface NeighboursScript {
  /** The modules of the vendor case, and of the instrumentation with the name of its class. */
  readonly vendor: string;
  readonly module: string;
  readonly className: string;
  readonly set: string;
  readonly format: Format;
  /** The wrappers of the method in their order, and when the SDK loads in between. */
  readonly order: readonly (Neighbour | 'ours' | 'load')[];
}

/** Its output. */
export interface NeighboursReport {
  readonly observations: Record<string, Observation>;
  readonly hits: Record<string, number>;
  /**
   * Promises whose `responsePromise` was replaced after a neighbour had seen it. A neighbour may recognise a promise
   * by it, as dd-trace does.
   */
  readonly replaced: number;
  readonly started: number;
  readonly ended: number;
}

/** The rows that are played, each of which makes one call. */
export const ROWS: readonly string[] = ['several readers of one promise', 'a stream to its end'];
/** As many, of the one method that is wrapped, where streams are asked of another one. */
export const PLAIN_ROWS: readonly string[] = [
  'several readers of one promise',
  'the arguments stay as they are',
];

/** An instrumentation is made before the SDK loads, where that is possible; an assignment comes afterwards. */
const ORDERS: readonly NeighboursScript['order'][] = [
  ['shimmer', 'ours', 'load', 'plain'],
  ['ours', 'shimmer', 'load', 'plain'],
  ['load', 'plain', 'ours', 'load'],
];

export function describeNeighbours(troupe: Troupe, copies: readonly ComingCopy[]): void {
  describe('neighbours', () => {
    for (const { name, ready } of copies) {
      describe(`on ${name.set} as ${name.format}`, () => {
        for (const order of ORDERS) {
          it(`all of them work, who came as: ${order.join(', ')}`, async () => {
            const report = await live(troupe, { ...name, order });
            const { native } = await ready();
            expectNeighbours(report, native, order);
          });
        }
      });
    }
  });
}

type Scene = Pick<NeighboursScript, 'set' | 'format' | 'order'>;

async function live({ vendor, subject }: Troupe, scene: Scene): Promise<NeighboursReport> {
  const { module, className } = subject;
  const { set, format, order } = scene;
  const script: NeighboursScript = { vendor: vendor.url, module, className, set, format, order };
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
  order: Scene['order'],
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
