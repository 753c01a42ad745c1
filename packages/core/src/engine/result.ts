/** The answer of a model, as the application receives it: a body, or a stream that it is going to read. */
import { fields } from '../vendor/values.ts';
import { guard } from './guard.ts';
import { close, forget, type OpenCall, seen, wholeAnswered } from './open-call.ts';
import { isStream, watchStream } from './stream.ts';
import { isSplit, watchSplit } from './stream-and-response.ts';

/** The application is about to get `answer`. */
export function answerArrived(live: OpenCall, answer: unknown): void {
  if (live.delivered) return;
  live.delivered = true;
  const understood = guard(live.engine, 'answer', () => {
    forget(live);
    read(live, answer);
    return true;
  });
  // An answer that llmtrace could not read has arrived, too.
  if (!understood) close(live, 'completed');
}

function read(live: OpenCall, answer: unknown): void {
  const { endpoint } = live;
  const stream = endpoint.streamOf ? endpoint.streamOf(fields(answer)) : answer;
  if (endpoint.chunk && isStream(stream)) {
    seen(live);
    watchStream(stream, live);
  } else if (endpoint.chunk && isSplit(answer)) {
    seen(live);
    watchSplit(answer, live);
  } else {
    wholeAnswered(live, answer);
    close(live, 'completed');
  }
}
