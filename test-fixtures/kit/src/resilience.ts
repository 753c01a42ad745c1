/**
 * The resilience suite: calls that interceptors delay, repeat or refuse, with each copy of each vendor's SDK. The
 * conformance suite also runs with interceptors, and covers calls that they do not change.
 */

import { makeScene, type ResilienceSubject, type Scene } from './resilience/fixture.ts';
import { describeRefusals } from './resilience/refusals.ts';
import { describeRetries } from './resilience/retries.ts';
import { describeWaiting } from './resilience/waiting.ts';
import { hookVendorModules, loadSdk, type Sdk, sdkInfo } from './sdks.ts';
import { startVendorServer, type VendorServer } from './server.ts';
import type { VendorCase } from './vendor-profile.ts';

/** Describes the suite for a vendor, for every copy of its SDK. */
export function describeResilience(vendor: VendorCase, subject: ResilienceSubject): void {
  describe(`resilience: ${vendor.name}`, function suite() {
    this.timeout(60_000);
    let server: VendorServer;
    before(async () => {
      await hookVendorModules();
      server = await startVendorServer();
    });
    after(() => server.close());
    for (const set of vendor.sets) {
      for (const format of ['cjs', 'esm'] as const) {
        const name = { set, package: vendor.package, format };
        const info = sdkInfo(name);
        describe(`${info.package} ${info.version} as ${format}`, () => {
          let scene: Scene;
          before(async () => {
            scene = makeScene(vendor, await loadSdk(name), server, subject);
          });
          describeRows(() => scene, subject);
        });
      }
    }
  });
}

/** Describes the suite for a client that is no SDK. */
export function describeClientResilience(vendor: VendorCase, subject: ResilienceSubject): void {
  describe(`resilience: ${vendor.name}`, function suite() {
    this.timeout(60_000);
    let scene: Scene;
    before(async () => {
      const none = { package: vendor.package, version: '0.0.0', exports: {} } as Sdk;
      scene = makeScene(vendor, none, await startVendorServer(), subject);
    });
    after(() => scene.server.close());
    describeRows(() => scene, subject);
  });
}

function describeRows(sceneOf: () => Scene, subject: ResilienceSubject): void {
  describeRetries(sceneOf, subject);
  describeWaiting(sceneOf, subject);
  describeRefusals(sceneOf, subject);
}
