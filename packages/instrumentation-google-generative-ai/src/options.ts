/** Helpers that all endpoints of the package share. */

/** Both builds are bundles of one file. */
export const FILES = ['dist/index'] as const;

/** The arguments with another signal. */
export const withSignal = (
  [request, options, ...rest]: readonly any[],
  _self: any,
  signal: AbortSignal,
): any[] => [request, { ...options, signal }, ...rest];

/** The options of a request: the call's options take precedence over the model's. */
export const optionsOf = ([, options]: readonly any[], self: any): any => ({
  ...self?._requestOptions,
  ...options,
});
