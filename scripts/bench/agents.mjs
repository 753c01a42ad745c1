/**
 * Measures the overhead of the run of an agent, in µs of CPU time over the bare SDK: `runTools()` of `openai`, with ten model
 * calls and ten tools. The floor makes the same spans and metrics by hand.
 */
import { CALLS as FLOOR, patch } from './floor.mjs';
import { patchRun } from './floor-agents.mjs';
import { byTurns, over, spread } from './measure.mjs';
import { useContext } from './otel.mjs';
import { copies, once } from './stage.mjs';
import { AGENT } from './vendors.mjs';

const REASONS = { tool_calls: 'tool_call' };
const CHAT = {
  ...FLOOR.chat,
  whole(data) {
    const seen = FLOOR.chat.whole(data);
    return { ...seen, reason: REASONS[seen.reason] ?? seen.reason };
  },
};

const SCENE = {
  ...AGENT,
  patchFloor(sdk, telemetry) {
    const { prototype } = sdk.OpenAI.Chat.Completions;
    patch(prototype, 'create', CHAT, telemetry, false);
    patchRun(prototype, telemetry);
  },
};

const QUICK = { count: 5, rounds: 3 };
const FULL = { count: 20, rounds: 40, warmUp: 60 };

export async function agents({ quick }) {
  useContext();
  const { bare, floor, ours, instrumentation } = await copies('agent', SCENE);
  const runs = ([client]) => ({
    run: async (count) => {
      for (let i = 0; i < count; i++) await once(SCENE, client, false);
    },
  });
  const variants = { bare: runs(bare), floor: runs(floor), ours: runs(ours) };
  const times = await byTurns(variants, quick ? QUICK : FULL);
  instrumentation.disable();
  const floorOver = over(times.floor, times.bare);
  const oursOver = over(times.ours, times.bare);
  return {
    title: 'runTools of openai: ten calls, ten tools',
    bare: spread(times.bare),
    floor: floorOver,
    ours: oursOver,
    ratio: oursOver.median / floorOver.median,
  };
}
