import { chat } from '../../calls.mjs';

export default defineEventHandler(() => chat());
