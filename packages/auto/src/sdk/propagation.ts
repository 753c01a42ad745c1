/**
 * Registers context and propagation provisionally from the start: an application that extracts a remote parent, or
 * sets baggage, before its first call needs both. Their implementation is loaded at its first use.
 */
import module from 'node:module';
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
    const { AsyncLocalStorageContextManager } =
      require('./opentelemetry/context.ts') as typeof import('./opentelemetry/context.ts');
    made = new AsyncLocalStorageContextManager().enable();
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
    made ??= compositeOf(names());
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
