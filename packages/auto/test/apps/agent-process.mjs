// Runs the agent of an SDK twice, by the SDK's file.
import { pathToFileURL } from 'node:url';

const { run } = await import(pathToFileURL(process.argv[2]));
await run();
await run();
process.stdout.write('done\n');
