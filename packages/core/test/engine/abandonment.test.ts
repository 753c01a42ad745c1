import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { type Holder, whenCollected } from '../../src/engine/abandonment.ts';

interface Named extends Holder {
  readonly name: string;
}

const holder = (name: string): Named => ({ name, answer: undefined, isRegistered: false });

async function collect(rounds = 5): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await wait(5);
    globalThis.gc?.();
  }
  await wait(5);
}

describe('answers that are never read', () => {
  it('are reported when they have been collected, except forgotten ones', async () => {
    const reported: string[] = [];
    const all = ['dropped', 'kept', 'forgotten', 'forgotten later'].map(holder);
    const [dropped, kept, forgotten, later] = all as [Named, Named, Named, Named];
    const { watch, forget } = whenCollected<Named>(({ name }) => reported.push(name), all);
    const answer = {};
    watch({}, dropped);
    watch(answer, kept);
    watch({}, forgotten);
    watch({}, later);
    forget(forgotten);
    await collect(1);
    assert.deepEqual(reported, []); // they are held for a moment
    await wait(120);
    forget(later);
    await collect();
    assert.deepEqual(reported, ['dropped']);
    assert.ok(all.every(({ answer }) => answer === undefined));
    assert.ok(answer); // until now
  });

  it('are watched again and again', async () => {
    const reported: string[] = [];
    const all: Named[] = [];
    const { watch } = whenCollected<Named>(({ name }) => reported.push(name), all);
    for (const name of ['first', 'second']) {
      all.push(holder(name));
      watch({}, all.at(-1) as Named);
      await wait(120);
      await collect();
    }
    assert.deepEqual(reported, ['first', 'second']);
  });

  it('keep nothing of what the application stores for their calls', async () => {
    const storage = new AsyncLocalStorage<object>();
    const all = [holder('a')];
    const { watch, forget } = whenCollected<Named>(() => {}, all);
    const stored = ['first', 'second'].map((name) =>
      (() => {
        const store = { name };
        storage.run(store, () => watch({}, all[0] as Named));
        return new WeakRef(store);
      })(),
    );
    forget(all[0] as Named);
    await collect(1); // the timer is yet to run
    assert.deepEqual(
      stored.map((store) => store.deref()),
      [undefined, undefined],
    );
  });
});
