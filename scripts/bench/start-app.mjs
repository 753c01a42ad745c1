/** An application as it has started: how long that took, and what it takes up. */
import '@anthropic-ai/sdk';
import 'openai';

const { user, system } = process.cpuUsage();
const started = performance.now();
globalThis.gc();
process.stdout.write(
  JSON.stringify({ wall: started, cpu: (user + system) / 1000, rss: process.memoryUsage.rss() }),
);
process.exit();
