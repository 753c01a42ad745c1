// Checks the allowed imports. Between packages: core imports no vendor and nothing above it, instrumentations never
// import each other, no vendor SDK is imported at run time; types may come from anywhere (`import type`). Within core
// and auto: by room.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { VENDORS } from '../lib/vendors.mjs';

const CLIENTS = ['redis', 'ioredis'];
/** Packages that read the bodies of other vendors. */
const READERS = ['instrumentation-http-clients', 'instrumentation-aws-bedrock'];
const INSTRUMENTATION = /^@llmtrace\/instrumentation-/;
const root = new URL('../..', import.meta.url).pathname;

/** Packages that may import all others. */
const ABOVE = new Set(['auto', 'llmtrace']);
/** Packages that import no other package of llmtrace. */
const KNOWS_NONE = { core: 'core is at the bottom', view: 'the viewer knows no other package' };

/** The imports that are forbidden to a package, with the reason. */
function forbidden(pkg, specifier) {
  if (VENDORS.some(({ sdk }) => specifier === sdk || specifier.startsWith(`${sdk}/`))) {
    return 'a vendor SDK is never imported at run time';
  }
  if (ABOVE.has(pkg)) return undefined;
  if (KNOWS_NONE[pkg] && specifier.startsWith('@llmtrace/')) return KNOWS_NONE[pkg];
  if (specifier === '@llmtrace/auto' || (specifier === 'prom-client' && pkg !== 'prometheus'))
    return 'it is above';
  if (CLIENTS.includes(specifier)) return 'a client of Redis is loaded where it is used, if it is there';
  // That package knows no SDK: it reads the SDKs' requests by the tables of their instrumentations.
  // Bedrock serves other vendors' models with their own bodies.
  if (INSTRUMENTATION.test(specifier) && !READERS.includes(pkg)) return 'instrumentations know only core';
  if (
    pkg.startsWith('instrumentation-') &&
    pkg !== 'instrumentation-http-clients' &&
    specifier === '@llmtrace/core/internal'
  )
    return 'an instrumentation uses the public names of core only';
  return undefined;
}

/**
 * Within a package: a room (a folder, or a file beside the folders) imports from those rooms alone, types too.
 * docs/architecture.md draws them. The rooms side by side that never know one another are the reason for the table:
 * engine, interceptors, observers, cost and diagnosis of core; sdk, esm and console of auto.
 */
const ROOMS = {
  core: {
    model: [],
    options: ['platform'],
    platform: ['model'],
    vendor: ['model', 'platform'],
    errors: ['model', 'platform'],
    attribution: ['model', 'options', 'platform'],
    cost: ['model', 'options', 'platform'],
    gemini: ['model', 'platform', 'vendor'],
    patching: ['model', 'platform', 'vendor'],
    content: ['model', 'options', 'platform', 'errors'],
    engine: ['model', 'platform', 'vendor', 'errors', 'content', 'patching'],
    interceptors: ['model', 'options', 'platform', 'errors'],
    observers: ['model', 'options', 'platform', 'errors', 'content'],
    diagnosis: ['model', 'platform', 'vendor', 'patching'],
  },
  auto: {
    process: ['settings.ts'],
    console: ['process', 'settings.ts'],
    esm: ['process', 'settings.ts'],
    sdk: ['process', 'settings.ts'],
    doctor: ['process', 'sdk', 'vendors.ts', 'settings.ts'],
    command: ['vendors.ts'],
  },
  view: {
    otlp: [],
    'names.ts': ['otlp'],
    store: ['otlp', 'names.ts'],
    'api-types.ts': ['otlp', 'names.ts', 'store'],
    query: ['otlp', 'store', 'api-types.ts'],
    server: ['otlp', 'store', 'query', 'api-types.ts', 'page-folder.ts'],
    cli: ['server', 'api-types.ts'],
  },
};

/** The room of a file, by its path within `src`. */
const roomOf = (path) => path.split('/')[0];

/** The reason why a file may not import another one of its package. Files next to the folders assemble the rooms. */
function forbiddenRoom(pkg, path, specifier) {
  const allowed = ROOMS[pkg]?.[roomOf(path)];
  if (!allowed || !specifier.startsWith('.')) return undefined;
  const target = roomOf(join(dirname(path), specifier));
  if (target === roomOf(path) || allowed.includes(target)) return undefined;
  return `${roomOf(path)} imports from ${allowed.join(', ') || 'no other room'} alone`;
}

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.ts$/.test(entry.name)) yield path;
  }
}

const STATIC = /^(?:import|export)\s+(type\b)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;

/** The specifiers of a file's imports, and whether they are of types alone. */
function importsOf(text) {
  const found = [...text.matchAll(STATIC)].map(([, type, specifier]) => ({
    specifier,
    isType: Boolean(type),
  }));
  const dynamic = [...text.matchAll(/\b(?:import|require)\(\s*['"]([^'"]+)['"]/g)];
  return [...found, ...dynamic.map(([, specifier]) => ({ specifier, isType: false }))];
}

const wrong = [];
for (const pkg of readdirSync(join(root, 'packages'))) {
  const src = join(root, 'packages', pkg, 'src');
  for (const file of sources(src)) {
    for (const { specifier, isType } of importsOf(readFileSync(file, 'utf8'))) {
      const outside = isType ? undefined : forbidden(pkg, specifier);
      const why = outside ?? forbiddenRoom(pkg, relative(src, file), specifier);
      if (why) wrong.push(`${file.slice(root.length)} imports ${specifier}: ${why}`);
    }
  }
}
for (const line of wrong) console.error(line);
if (wrong.length > 0) process.exit(1);
