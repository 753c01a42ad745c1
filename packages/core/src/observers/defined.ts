/** The attributes that have a value. An empty text is none. */
import type { Attributes } from '@opentelemetry/api';

export function defined(attributes: Readonly<Record<string, string | number | undefined>>): Attributes {
  const found: Attributes = {};
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (value !== undefined && value !== '') found[name] = value;
  }
  return found;
}
