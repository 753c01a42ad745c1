import { parentPort } from 'node:worker_threads';
import { chat } from './calls.mjs';

parentPort.postMessage(await chat());
