import { chat } from './calls.mjs';

export const handler = async () => chat();
