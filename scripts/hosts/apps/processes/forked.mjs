import { chat } from './calls.mjs';

process.send(await chat(), () => process.exit(3));
