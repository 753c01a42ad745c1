import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chat, mark } from './calls.mjs';

mark(await chat());
const child = fork(new URL('./forked.mjs', import.meta.url));
const [answer] = await once(child, 'message');
mark(answer);
const [code] = await once(child, 'exit');
mark(`the child ends with ${code}`);
