/** What all endpoints of the package share. */

/** Both builds are bundles of one file. */
export const FILES = ['dist/index'] as const;

/** Options of a request: those given with the call go over those of the model. */
export const optionsOf = ([, given]: readonly any[], self: any): any => ({
  ...self?._requestOptions,
  ...given,
});
