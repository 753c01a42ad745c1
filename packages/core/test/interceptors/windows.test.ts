import assert from 'node:assert/strict';
import { isTimeZone, type WindowName, windowsOf } from '../../src/interceptors/windows.ts';

const at = (text: string): number => Date.parse(text);

describe('the windows of budgets', () => {
  const cases: [window: WindowName, zone: string, date: string, start: string, end: string][] = [
    ['minute', 'UTC', '2026-11-25T09:30:20Z', '2026-11-25T09:30:00Z', '2026-11-25T09:31:00Z'],
    ['hour', 'UTC', '2026-11-25T09:30:20Z', '2026-11-25T09:00:00Z', '2026-11-25T10:00:00Z'],
    ['hour', 'Asia/Kolkata', '2026-11-25T09:40:00Z', '2026-11-25T09:30:00Z', '2026-11-25T10:30:00Z'],
    ['day', 'UTC', '2026-11-25T09:30:20Z', '2026-11-25T00:00:00Z', '2026-11-26T00:00:00Z'],
    ['day', 'Europe/Berlin', '2026-11-25T23:30:00Z', '2026-11-25T23:00:00Z', '2026-11-26T23:00:00Z'],
    // The clocks go back: a day of 25 hours; and forward: one of 23.
    ['day', 'Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    ['day', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['week', 'UTC', '2026-11-25T09:30:20Z', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
    ['week', 'America/New_York', '2026-11-30T04:00:00Z', '2026-11-23T05:00:00Z', '2026-11-30T05:00:00Z'],
    ['month', 'UTC', '2026-12-25T09:30:20Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['month', 'America/New_York', '2026-12-01T02:00:00Z', '2026-11-01T04:00:00Z', '2026-12-01T05:00:00Z'],
  ];
  for (const [window, zone, date, start, end] of cases) {
    it(`begin at ${start} for a ${window} of ${date} in ${zone}`, () => {
      const period = windowsOf(window, false, zone).at(at(date));
      assert.deepEqual(period, { start: at(start), end: at(end) });
    });
  }

  it('follow each other without a gap, across the changes of the clocks', () => {
    for (const window of ['day', 'week', 'month'] as const) {
      for (const zone of ['Europe/Berlin', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'Africa/Cairo']) {
        const windows = windowsOf(window, false, zone);
        let period = windows.at(at('2018-06-01T00:00:00Z'));
        while (period.end < at('2019-06-01T00:00:00Z')) {
          const next = windows.at(period.end);
          assert.equal(next.start, period.end, `${window} ${zone} ${new Date(period.end).toISOString()}`);
          assert.ok(next.end - next.start >= 82_800_000);
          period = next;
        }
      }
    }
  });

  it('send their length to a store, or the current window and its neighbours', () => {
    const date = at('2026-11-25T09:30:20Z');
    assert.deepEqual(windowsOf('week', false, 'UTC').rule(date), {
      kind: 'fixed',
      length: 604_800_000,
      offset: 259_200_000,
    });
    assert.deepEqual(windowsOf('hour', false, 'Asia/Kolkata').rule(date), {
      kind: 'fixed',
      length: 3_600_000,
      offset: 19_800_000,
    });
    const { kind, periods } = windowsOf('month', false, 'UTC').rule(date) as any;
    assert.equal(kind, 'listed');
    assert.deepEqual(
      periods.map(({ start }: { start: number }) => new Date(start).toISOString().slice(0, 7)),
      ['2026-10', '2026-11', '2026-12'],
    );
    assert.deepEqual(windowsOf('month', true, 'UTC').rule(date), { kind: 'rolling', length: 2_592_000_000 });
    assert.deepEqual(windowsOf('total', false, 'UTC').rule(date), {
      kind: 'listed',
      periods: [{ start: 0, end: 8.64e15 }],
    });
  });

  it('are of time zones that Node.js knows', () => {
    for (const zone of ['UTC', 'Europe/Berlin']) assert.equal(isTimeZone(zone), true);
    for (const other of ['', 'Mars/Base', 5, undefined]) assert.equal(isTimeZone(other), false);
  });
});
