/** The fields of a request that name the user, the prompt and the tenant. */
import { fields, type LlmAttributes, metadataAttributes, name } from '@llmtrace/core';

/**
 * `safety_identifier` and `prompt_cache_key` have taken the place of `user`, which still works. A stored prompt
 * (`prompt.id`) is a named template.
 */
export function attributes([params]: readonly any[]): LlmAttributes | undefined {
  const p = fields(params);
  const metadata = metadataAttributes(p.metadata);
  const user = metadata?.user ?? name(p.user) ?? name(p.safety_identifier);
  const cacheKey = name(p.prompt_cache_key);
  const promptName = metadata?.promptName ?? name(p.prompt?.id);
  if (!metadata && user === undefined && cacheKey === undefined && promptName === undefined) return undefined;
  return {
    ...metadata,
    user,
    promptName,
    promptVersion: metadata?.promptVersion ?? name(p.prompt?.version),
    extra: cacheKey === undefined ? undefined : { 'llmtrace.request.prompt_cache_key': cacheKey },
  };
}
