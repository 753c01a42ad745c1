/**
 * A request that an SDK sends within its call. The SDK's own instrumentation reads the answer, unless the application
 * asked for the raw `Response` and takes its body as a stream: then what the watcher sees of that body goes to the call.
 */
import { answerFailure, type OpenCall, type Wire } from '@llmtrace/core/internal';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import type { Header } from './clients/reading.ts';
import { type CallOpener, Exchange, type RequestObserver } from './exchange.ts';
import { KeptReports } from './kept-reports.ts';
import type { Protocol } from './protocols/protocol.ts';

/** The most bytes that wait for the application to take a body. Of an unread one, `fetch` takes 66 KB (Node.js 20: 17 KB). */
const MAX_WAITING = 8 * 2 ** 20;

export class SdkRequest implements RequestObserver {
  readonly #opener: CallOpener;
  readonly #live: OpenCall;
  readonly #isExcluded: () => boolean;
  #answer: RawBody | undefined;

  constructor(opener: CallOpener, live: OpenCall, isExcluded: () => boolean) {
    this.#opener = opener;
    this.#live = live;
    this.#isExcluded = isExcluded;
  }

  // The SDK's instrumentation knows the request.
  sent(): void {}
  requestSent(): void {}

  /** The head of the answer: of several requests of a call, the last one's answer is that of the call. */
  answered(status: number, header: Header): void {
    const live = this.#live;
    const raw = live.rawAnswer;
    if (!raw || raw.isFollowed || live.call.endTime !== undefined || status < 200) return;
    raw.wire = undefined;
    if (status >= 300 || this.#isExcluded()) return;
    this.#answer = new RawBody(this.#opener, live);
    this.#answer.answered(status, header);
    raw.wire = this.#answer;
  }

  wantsAnswer(): boolean {
    return this.#answer !== undefined;
  }

  data(bytes: Uint8Array): void {
    this.#answer?.data(bytes);
  }

  ended(): void {
    this.#answer?.ended();
  }

  failed(error: unknown): void {
    this.#answer?.failed(error);
  }
}

/**
 * The body of an answer, which is kept until the application takes it. The call refers to it, so it must not refer to the
 * request: an answer that is never read could not be collected.
 */
class RawBody extends KeptReports implements Wire {
  readonly #opener: CallOpener;
  readonly #live: OpenCall;
  #waiting = 0;

  constructor(opener: CallOpener, live: OpenCall) {
    super();
    this.#opener = opener;
    this.#live = live;
  }

  follow(body: object): void {
    this.#opener.answerBegins();
    this.accept(() => exchangeOf(this.#opener, this.#live, body));
  }

  override data(bytes: Uint8Array): void {
    const { rawAnswer: raw, reading, call } = this.#live;
    if (raw && !raw.isFollowed) {
      this.#waiting += bytes.length;
      const isRead = reading || call.endTime !== undefined || raw.wire !== this;
      if (isRead || this.#waiting > MAX_WAITING) {
        if (raw.wire === this) raw.wire = undefined;
        this.drop();
      }
    }
    super.data(bytes);
  }
}

/** @param body what the application reads: once it is collected, the application has left the answer. */
function exchangeOf(opener: CallOpener, live: OpenCall, body: object): Exchange {
  const { url } = NOTHING_ASKED;
  const target = { url: new URL(url), path: '', header: () => undefined };
  const found = { protocol: protocolOf(live), asked: NOTHING_ASKED, body: {}, isSure: true };
  return new Exchange(opener, target, body, ROOT_CONTEXT, { live, found });
}

/** The call is open: nothing is read from its request. */
const NOTHING_ASKED = { url: 'http://localhost', protocol: '', model: undefined, stream: undefined };

/** The SDK's endpoint as a protocol. The SDK throws an error that comes within a stream; the raw body only has it. */
const protocolOf = ({ endpoint }: OpenCall): Protocol => ({
  provider: '',
  path: /^$/,
  endpoint,
  matches: () => true,
  failure: answerFailure,
  isBulky: endpoint.operation === 'embeddings',
});
