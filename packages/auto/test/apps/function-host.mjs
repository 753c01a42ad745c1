// Runs a handler as a host of functions does: an invocation is a line of stdin, its answer one of stdout.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

const { handler } = await import(process.argv[2]);
for await (const line of createInterface({ input: process.stdin })) {
  await handler(JSON.parse(line));
  writeSync(1, 'answered\n');
}
