/**
 * ES modules of vendors that announce themselves. OpenTelemetry's hook (import-in-the-middle) sees nothing if the
 * process has a second copy of it, as many other tools bring one. A line at the end of a module works with all of
 * them: `@llmtrace/auto` appends it as the module loads, and it passes the module's classes to the listeners here. Of a
 * module whose functions are to be replaced, CommonJS or ES module, the line passes those, too.
 */
import { diag } from '@opentelemetry/api';
import type { PatchPoint, Vendor } from '../vendor/vendor.ts';
import { filesOf, isEsModule, pointsOf } from './module-files.ts';

/** Classes of a module, by name; undefined where it has none of that name. */
type Classes = Readonly<Record<string, unknown>>;
/**
 * Functions of a module by the names by which it exports them, as accessors: to set one replaces the module's own binding.
 */
export type Bindings = Readonly<Record<string, unknown>>;
type Listener = (file: string, classes: Classes, url: string, bindings?: Bindings) => void;

/** The function that the modules call. Every copy of this file shares it, so its shape is a contract. */
interface Announcer {
  (...announcement: Parameters<Listener>): void;
  /** All announcements so far, for listeners that come later. */
  readonly announced: Parameters<Listener>[];
  readonly listeners: Listener[];
}

const ANNOUNCER = Symbol.for('llmtrace.loaded');

/** Calls `listener` for each module that has announced itself or will do so. */
export function whenLoaded(listener: Listener): void {
  const { announced, listeners } = announcer();
  const guarded = safe(listener);
  listeners.push(guarded);
  for (const announcement of announced) guarded(...announcement);
}

/** The vendor's module calls it, so an error here would fail the application's import. */
const safe =
  (listener: Listener): Listener =>
  (...announcement) => {
    try {
      listener(...announcement);
    } catch (error) {
      diag.error(`llmtrace: could not look at ${announcement[0]}`, error);
    }
  };

function announcer(): Announcer {
  const known = Reflect.get(globalThis, ANNOUNCER) as Announcer | undefined;
  if (known) return known;
  const announced: Announcer['announced'] = [];
  const listeners: Listener[] = [];
  const announce: Listener = (...announcement) => {
    announced.push(announcement);
    for (const listener of listeners) listener(...announcement);
  };
  const made: Announcer = Object.assign(announce, { announced, listeners });
  Object.defineProperty(globalThis, ANNOUNCER, { value: made });
  return made;
}

/** The ES modules of a vendor (`openai/resources/embeddings.mjs`), each with the line that announces it. */
export function announcingLines(vendor: Vendor): Map<string, string> {
  announcer(); // the modules may load before a listener is added
  const files = filesOf(vendor).filter(({ name }) => isEsModule(vendor, name));
  return new Map(files.map(({ name, points }) => [name, lineOf(name, points)]));
}

/**
 * The CommonJS files of a vendor, each with the line that announces its classes, as its last one: for files that a hook of
 * `require` does not see.
 * @param url of the file.
 */
export function commonJsLines(vendor: Vendor, url: string): Map<string, string> {
  const files = filesOf(vendor).filter(({ name }) => !name.endsWith('.mjs'));
  return new Map(
    files.map(({ name, points }) => {
      const classes = fieldsOf(
        points,
        (className) => `module.exports?.${className} ?? ${localOf(className)}`,
      );
      return [name, announcement(name, classes, JSON.stringify(url))];
    }),
  );
}

/** Files of a package with exported functions or classes that are to be patched. Hooks in other threads get a copy of it. */
export interface FunctionFiles {
  readonly module: string;
  /** Their paths in the package. */
  readonly files: RegExp;
  /** The names by which they may export them. */
  readonly names: readonly string[];
}

export function functionFiles({ module, functions = [] }: Vendor): FunctionFiles[] {
  const patterns = [...new Set(functions.map(({ files }) => files))];
  return patterns.map((files) => ({
    module,
    files,
    names: functions.filter((point) => point.files === files).map(({ name, className = name }) => className),
  }));
}

/** The ES modules of a vendor that may be its main one. */
export function mainModules(vendor: Vendor): string[] {
  const { extensions, module } = vendor;
  if (!extensions.includes('.mjs')) return [];
  const files = ['index', ...pointsOf(vendor).flatMap(({ files }) => files)];
  return [...new Set(files)]
    .filter((file) => /(?:^|\/)index$/.test(file))
    .map((file) => `${module}/${file}.mjs`);
}

/**
 * The line that announces all exports of a vendor's main module, for which the module may have no local binding.
 * @param url of the module itself.
 */
export const mainLine = ({ module }: Vendor, url: string): string =>
  `import * as llmtrace$main from ${JSON.stringify(url)};globalThis[Symbol.for('llmtrace.loaded')]?.(${JSON.stringify(module)}, llmtrace$main, import.meta.url);`;

const lineOf = (file: string, points: readonly PatchPoint[]): string =>
  announcement(file, fieldsOf(points, localOf), 'import.meta.url');

const announcement = (file: string, classes: string, url: string): string =>
  `;globalThis[Symbol.for('llmtrace.loaded')]?.(${JSON.stringify(file)}, { ${classes} }, ${url});`;

const fieldsOf = (points: readonly PatchPoint[], read: (className: string) => string): string =>
  [...new Set(points.map(({ className }) => className))]
    .map((className) => `${className}: ${read(className)}`)
    .join(', ');

/** A module that only passes a class on has no binding of its name. */
const localOf = (className: string): string =>
  `(typeof ${className} === 'undefined' ? undefined : ${className})`;
