/** Runs one part in this process, and prints its results as JSON: `run.mjs PART OPTIONS`. */
const [part, options = '{}'] = process.argv.slice(2);
const module = await import(`./${part}.mjs`);
process.stdout.write(`${JSON.stringify(await module[part](JSON.parse(options)))}\n`);
process.exit();
