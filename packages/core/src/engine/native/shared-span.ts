/** A span that an SDK which traces itself and we end together. */
import type { Span } from '@opentelemetry/api';
import { setImmediate } from '../../platform/at-start.ts';

/** Runs a step of telemetry and drops its error. */
export type Safely = (step: () => void) => void;

export interface SharedSpan {
  readonly span: Span;
  endedBySdk: boolean;
  /** Set once the engine is done. */
  finish: (() => void) | undefined;
}

/**
 * From now on, `span` ends when both the SDK and llmtrace have ended it, and the SDK's attributes named in `renamed`
 * are dropped. The span stays the same object, because applications and exporters may refer to it.
 */
export function share(span: Span, renamed: readonly string[], safely: Safely): SharedSpan {
  const shared: SharedSpan = { span, endedBySdk: !span.isRecording(), finish: undefined };
  if (shared.endedBySdk) return shared; // nothing is recorded, and nothing ends
  const { setAttribute } = span;
  define(span, 'setAttribute', (name: string, value: never) =>
    renamed.includes(name) ? span : setAttribute.call(span, name, value),
  );
  define(span, 'end', () => {
    shared.endedBySdk = true;
    safely(() => end(shared));
  });
  return shared;
}

/** We are done with the span: `finish` ends it, once the SDK is done too; or `now`, where that may never be. */
export function settle(shared: SharedSpan, finish: () => void, now: boolean, safely: Safely): void {
  shared.finish = finish;
  if (shared.endedBySdk || now) end(shared);
  // The SDK ends the span within the turn in which the call ended; should it not, nothing else would.
  else setImmediate(() => safely(() => end(shared)));
}

function end(shared: SharedSpan): void {
  const { span, finish } = shared;
  if (!finish) return;
  shared.finish = undefined;
  Reflect.deleteProperty(span, 'setAttribute');
  Reflect.deleteProperty(span, 'end');
  finish();
}

function define(span: Span, key: 'setAttribute' | 'end', value: unknown): void {
  Reflect.defineProperty(span, key, { value, configurable: true, writable: true, enumerable: false });
}
