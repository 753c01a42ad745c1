/**
 * Facts about llmtrace's work in this process, which explain why a call is not traced. Each module records its facts
 * as they arise, without cost until the doctor of `@llmtrace/auto` reads them. All copies of this module share them
 * (a bundle of the application may contain a second copy), so their shape is a contract.
 */
import type { SentRequests, UntracedCalls } from '../model/sent-requests.ts';
import { sharedInProcess } from './shared-in-process.ts';

/** A method that was patched. */
export interface PatchedMethod {
  readonly holder: Readonly<Record<string, unknown>>;
  readonly name: string;
  /** The method before and after patching. */
  readonly before: unknown;
  readonly patched: unknown;
}

/** How a copy of an SDK came to be patched. */
export type Build = 'CommonJS' | 'ES module' | 'by hand';

/** The copies of one version of an SDK that were patched, those of one build together. */
export interface SdkCopy {
  readonly module: string;
  readonly version: string | undefined;
  readonly build: Build;
  /** The methods, by name: `Chat.Completions.create`. */
  readonly methods: Map<string, PatchedMethod[]>;
}

/** An instrumentation of this process, of any copy of llmtrace. */
export interface KnownInstrumentation {
  readonly module: string;
  /** As a vendor has it; absent in older copies. */
  readonly tracesAnyClient?: boolean;
  isEnabled(): boolean;
  instrumentClient(client: unknown): unknown;
  instrumentModule(exports: unknown): unknown;
  /** The instrumentation itself, whose options and providers `@llmtrace/testing` sets; absent in older copies. */
  readonly self?: object;
}

/** The causes of findings; `docs/doctor.md` explains each. */
export const FINDING_CODES = [
  'bundled',
  'loaded-before',
  'hook-missing',
  'unknown-shape',
  'untraced',
  'disabled',
  'second-instrumentation',
  'no-provider',
  'exporter',
  'exporter-unreachable',
  'export-endpoint',
  'export-unauthorized',
  'export-path',
  'export-busy',
  'export-size',
  'export-tls',
  'export-rejected',
  'export-failed',
  'export-dropped',
  'export-unsent',
  'export-thread',
  'export-recovered',
  'elsewhere',
  'not-sampled',
  'no-price',
  'api-versions',
  'native-tracing',
  'no-sdk',
  'not-installed',
  'not-started',
  'node-version',
  'setting',
  'no-effect',
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

/** A finding of the doctor: a fault, or a fact that explains a missing trace. */
export interface Finding {
  readonly code: FindingCode;
  /** The fault or the fact, as a sentence without a full stop. */
  readonly message: string;
  /** The one thing to do. */
  readonly cure: string;
  /** Whether calls are not traced, or their spans arrive nowhere. */
  readonly lost: boolean;
}

export interface Facts {
  readonly copies: SdkCopy[];
  readonly instrumentations: KnownInstrumentation[];
  readonly findings: Finding[];
  /** All messages of `warnOnce`. */
  readonly warnings: string[];
  /** Whether calls of an SDK (or any) are open, one of each copy of the engine. */
  readonly underWay: ((module?: string) => boolean)[];
  /** The vendors whose requests are watched. */
  readonly watched: SentRequests[];
  /** Calls that are not traced, each with the vendor whose instrumentation knows of it; absent where there is none. */
  untracedCalls?: (UntracedCalls & { readonly module: string })[];
  /** Whether requests are watched. */
  watches?: boolean;
  /** How many calls were traced, and how many requests were not, by SDK. */
  readonly traced: Map<string, number>;
  readonly untraced: Map<string, number>;
  /** Models whose calls have no cost, in words, with what would give it; absent where there is none. */
  unpriced?: Map<string, string>;
  /** Whether an HTTP instrumentation observes a request; absent if there is no such instrumentation. */
  onWire?: ((request: object) => boolean)[];
  /** Whether llmtrace has registered its hook for ES modules. */
  hook: boolean;
}

const FACTS = Symbol.for('llmtrace.facts');

/** The facts of this process. */
export const facts = (): Facts => sharedInProcess(FACTS, noFacts);

const noFacts = (): Facts => ({
  copies: [],
  instrumentations: [],
  findings: [],
  warnings: [],
  underWay: [],
  watched: [],
  traced: new Map(),
  untraced: new Map(),
  hook: false,
});

/** The facts of the copies of an SDK's version; an empty one where none was patched yet. */
export function copyOf(module: string, version: string | undefined, build: Build): SdkCopy {
  const { copies } = facts();
  const known = copies.find(
    (copy) => copy.module === module && copy.version === version && copy.build === build,
  );
  if (known) return known;
  const copy: SdkCopy = { module, version, build, methods: new Map() };
  copies.push(copy);
  return copy;
}

/** How a copy was loaded, keyed by its exports. */
export const buildOf = (exports: object): Build =>
  Reflect.get(exports, Symbol.toStringTag) === 'Module' ? 'ES module' : 'CommonJS';

/** Counts one more of `key`. */
export const tally = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
