// One call; then it stays until RECEIVED, a URL, answers that its span has come. An exit alone waits 3 s for that.
import { setTimeout as sleep } from 'node:timers/promises';

await import('../../examples/chat.mjs');
const hasCome = () => fetch(process.env.RECEIVED).then(({ ok }) => ok);
for (let left = 200; left > 0 && !(await hasCome()); left--) await sleep(100);
