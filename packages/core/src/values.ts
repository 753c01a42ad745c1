/** Reading values out of payloads that may hold anything. */

export const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

export const string = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** One or several, as a list. */
export const strings = (value: unknown): string[] | undefined =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value : undefined;

export const count = (value: unknown): number | undefined =>
  Array.isArray(value) ? value.length : value === undefined || value === null ? undefined : 1;
