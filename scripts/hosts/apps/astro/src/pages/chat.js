import { chat } from '../../calls.mjs';

export const GET = async () => new Response(await chat());
