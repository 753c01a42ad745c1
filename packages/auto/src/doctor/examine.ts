/** Examines this process: what was loaded, what was patched, what was called, and where the spans go. */
import module from 'node:module';
import { basename } from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';
import {
  type Build,
  type Facts,
  type Finding,
  facts,
  type SdkCopy,
  type Vendor,
  warningOf,
  whyUntraced,
} from '@llmtrace/core/internal';
import { nameOf } from '../process/children.ts';
import type { AutoSettings } from '../settings.ts';
import { destinationOf } from './destination.ts';
import type { LoadedCopy } from './loaded-copies.ts';
import type { StartedBy } from './observe.ts';
import { neighbours } from './other-tracers.ts';
import type { Report, ReportedCopy } from './report.ts';
import { withoutEffect } from './variables.ts';

const require = module.createRequire(import.meta.url);

/** Bundlers put the manifest into the bundle, unless this package is external. */
function ownVersion(): string {
  try {
    return (require('@llmtrace/auto/package.json') as { version: string }).version;
  } catch {
    return '(unknown version)';
  }
}

/** The running versions, for the report and for `--version`. */
export const VERSIONS = `@llmtrace/auto ${ownVersion()}, Node.js ${process.versions.node}, ${process.platform}`;

export interface Examined {
  readonly settings: AutoSettings;
  readonly vendors: readonly Vendor[];
  readonly loaded: readonly LoadedCopy[];
  /** The way in which llmtrace or the doctor was loaded into this process. */
  readonly ways: ReadonlySet<StartedBy>;
  /** The environment as it was when the doctor started. */
  readonly envAtStart: Readonly<Record<string, string | undefined>>;
  /** How many worker threads have not reported. */
  readonly missing: number;
  /** Whether to try endpoints without an export so far, which blocks for a moment. @default true */
  readonly isTrying?: boolean;
}

export function examine(examined: Examined): Report {
  const { settings, vendors, loaded, ways, envAtStart, missing, isTrying = true } = examined;
  const known = facts();
  const destination = destinationOf(settings, ways.has('auto'), isTrying);
  const started = stateOf(settings, known);
  const findings = [
    ...nodeVersion(process.versions.node),
    ...started,
    // The cause that disables all tracing is reported once.
    ...known.findings.filter(({ code }) => started.length === 0 || code !== 'disabled'),
    ...(started.length > 0 ? [] : unpatched(loaded, known)),
    ...neighbours(known, vendors),
    ...(started.length > 0 ? [] : destination.findings),
    ...unpriced(known),
    ...settingsSaid(known),
    ...(started.length > 0
      ? []
      : withoutEffect({ settings, ways, envAtStart, provider: destination.provider })),
    ...(missing > 0 ? [unexamined(missing)] : []),
  ];
  return {
    command: commandOf(process.argv, process.execArgv) + (isMainThread ? '' : ` (worker thread ${threadId})`),
    versions: VERSIONS,
    copies: copiesOf(loaded, known),
    traced: [...known.traced],
    untraced: [...known.untraced],
    isOnWire: (known.onWire?.length ?? 0) > 0,
    destination: destination.text,
    findings,
  };
}

/** Flags whose values name files, packages or conditions, and so decide which code is loaded. */
const LOADING = /^(?:--import|--require|-r|--loader|--experimental-loader|--conditions|-C)$/;
const TEXT = /^(?:-[pe]+|--eval|--print)$/;

/**
 * The command of a process without private data: without the application's arguments, inline code, and values of
 * flags that load no code.
 */
export function commandOf(argv: readonly string[], execArgv: readonly string[]): string {
  const [node = '', file = '', ...args] = argv;
  const flags = execArgv.flatMap((word, index) => {
    const [name = '', value] = word.split(/=(.*)/s, 2);
    if (name.startsWith('-')) {
      if (value === undefined) return name;
      return `${name}=${LOADING.test(name) ? loadedBy(value) : '…'}`;
    }
    return LOADING.test(execArgv[index - 1] ?? '') ? loadedBy(word) : '…';
  });
  // Such a process has no file; the rest are arguments.
  const isText = execArgv.some((word) => TEXT.test(word.split('=', 1)[0] ?? ''));
  const rest = isText ? [] : [file, args.length > 0 ? '…' : ''];
  return [basename(node), ...flags, ...rest].filter(Boolean).join(' ');
}

/** The name of the module that a flag loads; a `data:` URL contains the module's text. */
const loadedBy = (value: string): string => (/^data:|\s/.test(value) ? '…' : nameOf(value));

const unexamined = (missing: number): Finding => ({
  code: 'not-started',
  message: `${missing} worker thread${missing === 1 ? ' was' : 's were'} not examined: ended from outside, or started without the flags of the process; nothing is known of its calls`,
  cure: 'Let worker threads end by themselves, and leave their `execArgv` and `env` as they are by default',
  lost: false,
});

/** Whether llmtrace runs at all. */
function stateOf(settings: AutoSettings, { instrumentations }: Facts): Finding[] {
  if (!settings.enabled)
    return [
      {
        code: 'disabled',
        message: 'LLMTRACE_ENABLED is false; nothing is traced',
        cure: 'Remove LLMTRACE_ENABLED from the environment',
        lost: true,
      },
    ];
  if (instrumentations.length > 0) return [];
  return [
    {
      code: 'not-started',
      message: 'llmtrace was not started in this process; nothing is traced',
      cure: 'Start it with `node --import @llmtrace/auto`, or give `llmtraceInstrumentations()` to your OpenTelemetry SDK',
      lost: true,
    },
  ];
}

const ofCopy =
  ({ module, version: loadedVersion, build }: LoadedCopy) =>
  (copy: SdkCopy): boolean =>
    copy.module === module && copy.version === loadedVersion && copy.build === build;

/**
 * Copies that were loaded and not patched, and have made no observed call yet. Where requests are observed their
 * calls are traced nevertheless.
 */
function unpatched(loaded: readonly LoadedCopy[], { copies, untraced, onWire }: Facts): Finding[] {
  if (onWire && onWire.length > 0) return [];
  return loaded
    .filter((copy) => !copies.some(ofCopy(copy)) && !untraced.has(copy.module))
    .map((copy) => {
      const { quiet: _quiet, ...finding } = whyUntraced({
        module: copy.module,
        version: copy.version ?? '(unknown version)',
        files: [`${copy.folder}/index.${copy.build === 'ES module' ? 'mjs' : 'js'}`.replaceAll('\\', '/')],
      });
      return finding;
    });
}

/** The copies that were loaded, and those that were patched although no hook saw them load. */
function copiesOf(loaded: readonly LoadedCopy[], { copies }: Facts): ReportedCopy[] {
  const seen = loaded.map(({ folder, ...copy }) =>
    reported(copy, folder, copies.find(ofCopy({ ...copy, folder }))?.methods.size ?? 0),
  );
  const unseen = copies
    .filter((copy) => copy.methods.size > 0 && !loaded.some((other) => ofCopy(other)(copy)))
    .map((copy) => reported(copy, undefined, copy.methods.size));
  return [...seen, ...unseen];
}

const reported = (
  {
    module,
    version: known = '(unknown version)',
    build,
  }: { module: string; version: string | undefined; build: Build },
  folder: string | undefined,
  methods: number,
): ReportedCopy => ({ module, version: known, build, folder, methods });

/** More models than these are a part of an application's data, and no set-up. */
const MAX_MODELS = 20;

/** The models whose calls have no cost although their usage is known. */
const unpriced = ({ unpriced: models = new Map() }: Facts): Finding[] =>
  [...models]
    .slice(0, MAX_MODELS)
    .map(([message, cure]) => ({ code: 'no-price', message, cure, lost: false }));

/** The warnings about options that are no findings yet. */
function settingsSaid({ warnings, findings }: Facts): Finding[] {
  const said = new Set(findings.map(warningOf));
  return warnings
    .filter((text) => !said.has(text))
    .map((text) => ({
      code: 'setting',
      message: text,
      cure: 'Correct it: README.md has the table',
      lost: false,
    }));
}

/** @param running e.g. `20.19.0`. */
export function nodeVersion(running: string): Finding[] {
  const [major = 0, minor = 0] = running.split('.').map(Number);
  const isFine = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (isFine) return [];
  return [
    {
      code: 'node-version',
      message: `Node.js ${running} is not among those that llmtrace runs on`,
      cure: 'Use Node.js 20.19 or later, 22.12 or later, or any from 23 on',
      lost: true,
    },
  ];
}
