/** Expected calls that many rows share. */
import type { ExpectedCall, FailureName, Setting } from '../vendor-profile.ts';

/** A whole answer to a plain call. */
export const answered = ({ family }: Setting): ExpectedCall => ({ family, answer: 'whole' });

/** A stream, read to its end. */
export const streamed = ({ family }: Setting): ExpectedCall => ({
  family,
  stream: true,
  answer: 'whole',
  chunks: 'some',
});

/** A stream that the application or the network stopped after its first chunk. */
export const begun = ({ family }: Setting): ExpectedCall => ({
  family,
  stream: true,
  answer: 'begun',
  chunks: 'some',
  model: 'hang-mid-stream',
});

/** The `error.type` of a failure that all vendors have. */
export function errorType({ vendor, sdk }: Setting, failure: FailureName): string {
  const type = vendor.errors[failure];
  return typeof type === 'string' ? type : type(sdk);
}

/** A call that failed before any part of an answer arrived. */
export const failed = (setting: Setting, failure: FailureName, model: string): ExpectedCall => ({
  family: setting.family,
  model,
  answer: 'none',
  outcome: failure.startsWith('abort') ? 'cancelled' : 'failed',
  errorType: errorType(setting, failure),
});
