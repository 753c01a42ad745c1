/** The vendor case of Google's older SDK. */

import type { VendorCase } from '../vendor-profile.ts';
import { withoutRawResponse } from './google-genai.ts';
import { type Client, content, embeddings } from './google-generative-ai-families.ts';
import { answerRows, endRows } from './google-generative-ai-others.ts';
import { chatRows, splitRows } from './google-generative-ai-streams.ts';

const GOES_ON = 'the SDK goes on to download the stream: there is a row of that';
const ARRIVED = 'an answer that is whole before its stream is read has ended: there is a row of that';
const NO_RETRIES = 'the SDK does not retry';

export const vendorCase: VendorCase = {
  name: 'google-generative-ai',
  url: import.meta.url,
  package: '@google/generative-ai',
  sets: ['generative-ai'],
  provider: 'gcp.gemini',
  scope: '@llmtrace/instrumentation-google-generative-ai',
  client: ({ exports }, url): Client => ({ ai: new exports.GoogleGenerativeAI('example'), url }),
  families: [content, embeddings],
  rows: [...splitRows, ...chatRows, ...answerRows, ...endRows],
  errors: {
    '401': '401',
    '429': '429',
    '500': '500',
    refused: 'GoogleGenerativeAIError',
    reset: 'GoogleGenerativeAIError',
    // A timeout is a failure, although its error has the name of an abort by the application.
    timeout: 'GoogleGenerativeAIAbortError',
    abort: 'GoogleGenerativeAIAbortError',
    dropped: 'GoogleGenerativeAIError',
    droppedBody: 'TypeError',
    abortedBody: 'GoogleGenerativeAIAbortError',
  },
  leftOut: {
    ...withoutRawResponse,
    'an answer that is never awaited': 'the SDK reads every answer at once: there is a row of that',
    "500 with the SDK's own retries, then an answer": NO_RETRIES,
    "500 in spite of the SDK's own retries": NO_RETRIES,
    'aborted before the call': 'the SDK does not see it: there is a row of that',
    'break after the first chunk': GOES_ON,
    'throw inside the loop': GOES_ON,
    'AbortSignal while reading': 'an abort throws in the loop: there is a row of that',
    'garbage is collected while a stream is read': ARRIVED,
    'two streams read in turns': ARRIVED,
    'a stream that is never read': GOES_ON,
    'a stream that is dropped half-read': GOES_ON,
    'a stream that is never awaited': GOES_ON,
  },
};
