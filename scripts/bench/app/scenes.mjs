/**
 * What the application is asked for, one scene after the other. `chunks` of 0 is a plain answer; `gap` is the vendor's
 * wait in ms, between two chunks or before a plain answer. Figures of a chunk come of two scenes whose streams differ
 * in length alone.
 */
export const SHORT = 8;
export const LONG = 208;

export const SCENES = {
  'plain, 1': { atOnce: 1, requests: 150 },
  'plain, 100': { atOnce: 100, requests: 800 },
  'plain, 2000': { atOnce: 2000, requests: 2000, gap: 200 },
  'stream, 1': { atOnce: 1, requests: 25, chunks: 48 },
  'short streams, 100': { atOnce: 100, requests: 500, chunks: SHORT },
  'long streams, 100': { atOnce: 100, requests: 100, chunks: LONG },
  'streams, 2000': { atOnce: 2000, requests: 2000, chunks: 10, gap: 200 },
  // A load that leaves the event loop time, so that its delay tells of the application and not of a queue.
  'paced streams': { atOnce: 10, requests: 40, chunks: 40, gap: 10, delays: true },
};
/** The short cut: the costs of a request and of a chunk alone, in blocks of a tenth of a second or two. */
export const QUICK = {
  'plain, 20': { atOnce: 20, requests: 150 },
  'short streams, 20': { atOnce: 20, requests: 80, chunks: SHORT },
  'long streams, 20': { atOnce: 20, requests: 25, chunks: LONG },
};
