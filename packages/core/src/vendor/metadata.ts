/** The metadata of a request that names its user, its tenant or its prompt. */
import { attributeNamed, type LlmAttributes } from '../model/attributes.ts';
import { MAX_ENTRIES, name } from '../platform/bounds.ts';

type Named = { -readonly [name in keyof LlmAttributes]: LlmAttributes[name] };

/**
 * Reads the attributes in a request's metadata (or labels) by their names: `user_id`, `tenant`, `prompt_name`. It ignores
 * all other entries: they are the application's own data.
 *
 * @returns undefined if there are none.
 */
export function metadataAttributes(metadata: unknown): LlmAttributes | undefined {
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  let found: Named | undefined;
  let count = 0;
  for (const key in metadata) {
    if (++count > MAX_ENTRIES) break;
    const attribute = attributeNamed(key);
    const value = attribute && name((metadata as Readonly<Record<string, unknown>>)[key]);
    if (attribute === undefined || value === undefined) continue;
    found ??= {};
    found[attribute] = value;
  }
  return found;
}
