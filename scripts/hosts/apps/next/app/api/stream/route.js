import { parts } from '../../../lib/calls.js';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

export async function GET() {
  return new Response(ReadableStream.from(bytes()));
}

async function* bytes() {
  const encoder = new TextEncoder();
  for await (const part of parts()) yield encoder.encode(part);
}
