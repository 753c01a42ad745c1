// Who may import whom: core imports no vendor and nothing above it, instrumentations never import each
// other, no vendor SDK is imported at run time. Types may come from anywhere (`import type`).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const VENDORS = ['openai', '@anthropic-ai/sdk', '@google/genai', '@google/generative-ai'];
const CLIENTS = ['redis', 'ioredis'];
const INSTRUMENTATION = /^@llmtrace\/instrumentation-/;
const root = new URL('../..', import.meta.url).pathname;

/** What a package may not import, and why. */
function forbidden(pkg, specifier) {
  if (VENDORS.some((vendor) => specifier === vendor || specifier.startsWith(`${vendor}/`))) {
    return 'a vendor SDK is never imported at run time';
  }
  if (pkg === 'auto') return undefined;
  if (specifier === '@llmtrace/auto' || (specifier === 'prom-client' && pkg !== 'prometheus'))
    return 'it is above';
  if (CLIENTS.includes(specifier)) return 'a client of Redis is loaded where it is used, if it is there';
  // That one knows no SDK: it reads what the SDKs send by the tables of their instrumentations.
  if (INSTRUMENTATION.test(specifier) && pkg !== 'instrumentation-http-clients')
    return 'instrumentations know only core';
  if (pkg === 'core' && specifier.startsWith('@llmtrace/')) return 'core is at the bottom';
  return undefined;
}

/** Within core: observers and interceptors do not know the engine, and the engine does not know them. */
function forbiddenInCore(file, specifier) {
  const engine =
    /\/(engine|live|answer|stream|api-promise|raw-response|attempts|chain|requests|failure|own-retries)\.ts$/;
  const plugged = /\/(observers|interceptors)\/|\/cost\//;
  const target = specifier.replace(/^\.\.?\//, '/');
  if (plugged.test(file) && engine.test(target)) return 'observers and interceptors never know the engine';
  if (engine.test(file) && plugged.test(target)) return 'the engine knows no observer and no interceptor';
  return undefined;
}

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.ts$/.test(entry.name)) yield path;
  }
}

/** The specifiers of a file's imports, types left out. */
function importsOf(text) {
  const found = [...text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm)];
  const dynamic = [...text.matchAll(/\b(?:import|require)\(\s*['"]([^'"]+)['"]/g)];
  return [...found, ...dynamic].map(([, specifier]) => specifier);
}

const wrong = [];
for (const pkg of readdirSync(join(root, 'packages'))) {
  for (const file of sources(join(root, 'packages', pkg, 'src'))) {
    for (const specifier of importsOf(readFileSync(file, 'utf8'))) {
      const why =
        forbidden(pkg, specifier) ?? (pkg === 'core' ? forbiddenInCore(file, specifier) : undefined);
      if (why) wrong.push(`${file.slice(root.length)} imports ${specifier}: ${why}`);
    }
  }
}
for (const line of wrong) console.error(line);
if (wrong.length > 0) process.exit(1);
