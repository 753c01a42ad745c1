/** The answer of a model, as the application receives it: a body, or a stream that it is going to read. */
import { close, forget, guard, type Live, seen } from './live.ts';
import { isSplit, watchSplit } from './split.ts';
import { isStream, watchStream } from './stream.ts';

/** The application is about to get `answer`. */
export function answerArrived(live: Live, answer: unknown): void {
  if (live.delivered) return;
  live.delivered = true;
  const understood = guard(live.engine, 'answer', () => {
    forget(live);
    seen(live);
    read(live, answer);
    return true;
  });
  // What could not be understood has arrived all the same.
  if (!understood) close(live, 'completed');
}

function read(live: Live, answer: unknown): void {
  const { endpoint, call } = live;
  if (endpoint.chunk && isStream(answer)) {
    watchStream(answer, live);
  } else if (endpoint.chunk && isSplit(answer)) {
    watchSplit(answer, live);
  } else {
    const response = endpoint.response(answer);
    if (endpoint.raw) Object.assign(call.response, response);
    else call.response = response;
    close(live, 'completed');
  }
}
