/** What all endpoints of the package share. */

/** Both builds are bundles of one file. */
export const FILES = ['dist/index'] as const;

/** The arguments with another signal. */
export const withSignal = (
  [given, options, ...rest]: readonly any[],
  _self: any,
  signal: AbortSignal,
): any[] => [given, { ...options, signal }, ...rest];

/** Options of a request: those given with the call go over those of the model. */
export const optionsOf = ([, given]: readonly any[], self: any): any => ({
  ...self?._requestOptions,
  ...given,
});
