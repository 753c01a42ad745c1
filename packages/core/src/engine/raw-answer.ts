/** The answer of a call whose raw `Response` the application asked for, as far as something else than an SDK reads it. */
import type { LlmResponse } from '../model/call.ts';
import { facts } from '../platform/process-state.ts';
import { warnOnce } from '../platform/warn.ts';

/** The body of an answer, as an HTTP instrumentation sees it on its way to the application. */
export interface Wire {
  /** Reports what has come of the body, and all that comes, to the call, which ends with it, or once `body` is collected. */
  follow(body: object): void;
}

/** Most calls have none: it is made when the application asks for the raw `Response`. */
export interface RawAnswer {
  /** Undefined where no HTTP instrumentation sees the answer, or where the body is read at once. */
  wire: Wire | undefined;
  /** Whether the application has the body as a stream, which the wire reports. */
  isFollowed: boolean;
  /** Whether the application has the body as a stream, of which llmtrace sees nothing. */
  isUnseen: boolean;
}

export const newRawAnswer = (): RawAnswer => ({ wire: undefined, isFollowed: false, isUnseen: false });

/** The body is read at once, or by the SDK. */
export function readOtherwise(raw: RawAnswer | undefined): void {
  if (!raw) return;
  raw.wire = undefined;
  raw.isUnseen = false;
}

/** A file with the results of a batch was read as a stream. Its request is not observed. */
export const warnOfUnseenFile = (module: string): void =>
  warnOnce(
    `the application reads a file with the results of a batch of ${module} as a stream, of which llmtrace sees nothing: ` +
      'the batch has no span, tokens or cost. Read it by text() or arrayBuffer()',
  );

/** Marks a call of which llmtrace has seen no answer, and warns. */
export function markUnseen(response: LlmResponse, module: string): void {
  response.isUnseen = true;
  const isOnWire = (facts().onWire?.length ?? 0) > 0;
  warnOnce(
    `the application reads the raw answer of a call of ${module} as a stream, of which llmtrace sees nothing: the call ` +
      `has llmtrace.response.unseen, and no tokens and no cost. ${isOnWire ? UNWATCHED : NO_WATCHER}`,
  );
}

const AT_ONCE = 'read it by text() or json()';
const NO_WATCHER = `Switch @llmtrace/instrumentation-http-clients on, which reads such answers, or ${AT_ONCE}`;
const UNWATCHED =
  "Let the SDK use Node.js' own fetch, undici or node:http for a host that LLMTRACE_HTTP_EXCLUDE does not name, and ask for " +
  `the response as the call is made, or ${AT_ONCE}`;
