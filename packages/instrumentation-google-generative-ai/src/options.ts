/** Helpers that all endpoints of the package share. */

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
