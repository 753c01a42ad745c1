import { chat } from '../../calls.mjs';

export const loader = async () => new Response(await chat());
