import { parts } from '../../../calls.mjs';

export const GET = () => new Response(ReadableStream.from(bytes()));

async function* bytes() {
  const encoder = new TextEncoder();
  for await (const part of parts()) yield encoder.encode(part);
}
