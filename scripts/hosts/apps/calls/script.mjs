import './telemetry.mjs';
import { chat, mark, streamed } from './calls.mjs';

mark(await chat());
mark(await streamed());
await globalThis.ownTelemetry?.shutdown();
