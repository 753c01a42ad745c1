import { chat } from '../../../lib/calls.js';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

export async function GET() {
  return new Response(await chat());
}
