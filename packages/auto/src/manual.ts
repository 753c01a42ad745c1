/**
 * `@llmtrace/auto/manual`: instruments SDKs that no hook sees load: an SDK that was bundled with the application
 * (Next.js, serverless functions), or one that was loaded before llmtrace. It starts no SDK: spans go where
 * `@llmtrace/auto` sends them if that runs in the process, else to the registered OpenTelemetry provider. It reads no
 * file at run time, so it may be bundled, too.
 */
import {
  facts,
  type InstrumentationEntry,
  type KnownInstrumentation,
  note,
  reachable,
} from '@llmtrace/core/internal';
import { entry as anthropic } from '@llmtrace/instrumentation-anthropic';
import { entry as awsBedrock } from '@llmtrace/instrumentation-aws-bedrock';
import { entry as googleGenAI } from '@llmtrace/instrumentation-google-genai';
import { entry as googleGenerativeAI } from '@llmtrace/instrumentation-google-generative-ai';
import { HttpClientsInstrumentation, entry as httpClients } from '@llmtrace/instrumentation-http-clients';
import { entry as openai } from '@llmtrace/instrumentation-openai';
import { diag } from '@opentelemetry/api';

/** All vendors are loaded, since the argument may belong to any of them. */
const ENTRIES: readonly InstrumentationEntry[] = [
  openai,
  anthropic,
  googleGenAI,
  googleGenerativeAI,
  awsBedrock,
];

/**
 * Traces the calls of a client of any vendor that llmtrace knows, and of all other clients of the same copy of its
 * SDK: it is their common classes that are patched. A second time changes nothing, nor does it trace a call twice that
 * `--import @llmtrace/auto` traces.
 *
 * @param client an `OpenAI`, `Anthropic`, `GoogleGenAI`, `GoogleGenerativeAI` or `BedrockRuntimeClient`, or one derived from it.
 * @returns `client` itself. It never throws: an unknown client produces a warning.
 */
export function instrumentClient<T>(client: T): T {
  byHand(client, 'client');
  return client;
}

/**
 * Traces the calls of all clients of an SDK, by its exports: `import * as openai from 'openai'`, or the main class.
 *
 * @returns `exports` itself. It never throws: an unknown SDK produces a warning.
 */
export function instrumentModule<T>(exports: T): T {
  byHand(exports, 'module');
  return exports;
}

/**
 * Makes retries, rate limits, budgets, interceptors and the request of usage hold for the model calls that a client
 * sends by `fetch`: `createGroq({ fetch: instrumentFetch(fetch) })`. `LLMTRACE_INTERCEPT_FETCH=true` does it for all
 * clients that use the global `fetch`.
 *
 * @returns a function with the name, the length and the properties of `fetch`. It never throws: what cannot be
 * instrumented produces a message of `diag`, and is returned as it is.
 */
export function instrumentFetch<F extends typeof globalThis.fetch>(fetch: F): F {
  try {
    const self = running(httpClients)?.self as Partial<HttpClientsInstrumentation> | undefined;
    const instrumentation = self?.instrumentFetch ? self : new HttpClientsInstrumentation();
    return (instrumentation as HttpClientsInstrumentation).instrumentFetch(fetch);
  } catch (error) {
    diag.error('llmtrace: could not instrument a fetch', error);
    return fetch;
  }
}

function byHand(target: unknown, kind: 'client' | 'module'): void {
  try {
    const entry = entryOf(target, kind);
    if (!entry) {
      unknown(kind);
      return;
    }
    const instrumentation = running(entry) ?? new entry.Instrumentation();
    if (kind === 'client') instrumentation.instrumentClient(target);
    else instrumentation.instrumentModule(target);
  } catch (error) {
    diag.error('llmtrace: could not instrument by hand', error);
  }
}

/** The vendor with the most matching methods, since SDKs share some. */
function entryOf(target: unknown, kind: 'client' | 'module'): InstrumentationEntry | undefined {
  const counted = ENTRIES.map((entry) => ({ entry, methods: reachable(entry.vendor, target, kind) }));
  const most = counted.reduce((best, next) => (next.methods > best.methods ? next : best));
  return most.methods > 0 ? most.entry : undefined;
}

/** The instrumentation that there is already, of this copy of llmtrace or another: it has the application's options. */
function running({ vendor }: InstrumentationEntry): KnownInstrumentation | undefined {
  const known = facts().instrumentations.filter(({ module }) => module === vendor.module);
  return known.find((instrumentation) => instrumentation.isEnabled()) ?? known[0];
}

function unknown(kind: 'client' | 'module'): void {
  const names = ENTRIES.map(({ vendor }) => vendor.module).join(', ');
  const [name, wanted] =
    kind === 'client' ? ['instrumentClient', 'a client'] : ['instrumentModule', 'the exports'];
  note(
    {
      code: 'unknown-shape',
      message: `${name}() was given nothing that llmtrace knows; it is not traced`,
      cure: `Give it ${wanted} of one of ${names}`,
      lost: true,
    },
    true,
  );
}
