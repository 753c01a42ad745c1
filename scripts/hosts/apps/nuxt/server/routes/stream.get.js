import { parts } from '../../calls.mjs';

export default defineEventHandler((event) => sendStream(event, ReadableStream.from(bytes())));

async function* bytes() {
  const encoder = new TextEncoder();
  for await (const part of parts()) yield encoder.encode(part);
}
