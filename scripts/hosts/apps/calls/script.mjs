import './telemetry.mjs';
import { chat, mark, streamed } from './calls.mjs';

// Bundles in CommonJS have no top-level await.
async function main() {
  mark(await chat());
  mark(await streamed());
  await globalThis.ownTelemetry?.shutdown();
}

main();
