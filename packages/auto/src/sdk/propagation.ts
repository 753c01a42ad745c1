/**
 * Registers context and propagation provisionally from the start: an application that extracts a remote parent, or
 * sets baggage, before its first call needs both. Their implementation is loaded at its first use, which is within a call
 * of the application: where its files are out of reach by then, the call goes on without it.
 */
import module from 'node:module';
import { warnOnce } from '@llmtrace/core/internal';
import { type ContextManager, diag, ROOT_CONTEXT, type TextMapPropagator } from '@opentelemetry/api';
import { exchange, lend } from './provisional-registration.ts';

const require = module.createRequire(import.meta.url);

/** @param propagators gives `OTEL_PROPAGATORS` at the first use: an application may set variables before. */
export function lendPropagation(propagators: () => readonly string[]): void {
  lend('context', contextManager());
  lend('propagation', propagator(propagators));
}

/** Before anything is run in a context, there is none but the root. */
function contextManager(): ContextManager {
  let made: ContextManager | undefined;
  const real = (): ContextManager => {
    if (made) return made;
    made = loaded(NO_CONTEXTS, () => {
      const { AsyncLocalStorageContextManager } =
        require('./opentelemetry/context.ts') as typeof import('./opentelemetry/context.ts');
      return new AsyncLocalStorageContextManager().enable();
    });
    exchange('context', lazy, made);
    return made;
  };
  const lazy: ContextManager = {
    active: () => made?.active() ?? ROOT_CONTEXT,
    with: (...args) => real().with(...args),
    bind: (...args) => real().bind(...args),
    enable() {
      return this;
    },
    disable() {
      made?.disable();
      return this;
    },
  };
  return lazy;
}

function propagator(names: () => readonly string[]): TextMapPropagator {
  let made: TextMapPropagator | undefined;
  const real = (): TextMapPropagator => {
    made ??= loaded(NO_PROPAGATION, () => compositeOf(names()));
    exchange('propagation', lazy, made);
    return made;
  };
  const lazy: TextMapPropagator = {
    inject: (...args) => real().inject(...args),
    extract: (...args) => real().extract(...args),
    fields: () => real().fields(),
  };
  return lazy;
}

/** What OpenTelemetry's API does where nothing is registered. */
const NO_CONTEXTS: ContextManager = {
  active: () => ROOT_CONTEXT,
  with: (_context, run, thisArg, ...args) => run.apply(thisArg as never, args),
  bind: (_context, target) => target,
  enable() {
    return this;
  },
  disable() {
    return this;
  },
};

const NO_PROPAGATION: TextMapPropagator = { inject() {}, extract: (context) => context, fields: () => [] };

/** A deployment may have removed the files, or the process have given up the right or the descriptors to read them. */
function loaded<T>(fallback: T, load: () => T): T {
  try {
    return load();
  } catch (error) {
    diag.error('llmtrace: could not load the context of OpenTelemetry', error);
    warnOnce(
      'the files of llmtrace could not be read at the first call; spans are not nested, and no trace context is passed on ' +
        'until the process is started again. OTEL_LOG_LEVEL=error says why',
    );
    return fallback;
  }
}

function compositeOf(names: readonly string[]): TextMapPropagator {
  const { CompositePropagator } = propagators();
  const wanted = names.includes('none') ? [] : names;
  return new CompositePropagator({ propagators: wanted.flatMap(propagatorOf) });
}

function propagatorOf(name: string): TextMapPropagator[] {
  const { W3CBaggagePropagator, W3CTraceContextPropagator } = propagators();
  if (name === 'tracecontext') return [new W3CTraceContextPropagator()];
  if (name === 'baggage') return [new W3CBaggagePropagator()];
  diag.warn(`llmtrace: OTEL_PROPAGATORS=${name} is not one of tracecontext, baggage, none; it is ignored`);
  return [];
}

const propagators = () =>
  require('./opentelemetry/propagators.ts') as typeof import('./opentelemetry/propagators.ts');
