/** The tools of Gemini's requests. https://ai.google.dev/api/caching#Tool */
import type { ToolDefinition } from '../model/messages.ts';
import { copied, list } from '../vendor/parts.ts';
import { string } from '../vendor/values.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

const isSet = ([, value]: [string, unknown]): boolean => value !== undefined && value !== null;

/** Fields of a schema that count; the API has them as text. */
const COUNT = /^(min|max)(Items|Length|Properties)$/;

/** Gemini's own schema as JSON schema: its types are written in capitals. https://ai.google.dev/api/caching#Schema */
function schema(node: any): any {
  if (Array.isArray(node)) return node.map(schema);
  if (typeof node !== 'object' || node === null) return node;
  const fields = Object.entries(node).filter(isSet);
  return Object.fromEntries(
    fields.map(([key, value]) => {
      if (key === 'type') return [key, typeof value === 'string' ? value.toLowerCase() : copied(value)];
      if (COUNT.test(key)) return [key, Number(value)];
      if (key === 'items' || key === 'anyOf') return [key, schema(value)];
      if (key !== 'properties') return [key, copied(value)];
      return [
        key,
        Object.fromEntries(
          Object.entries(value as object).map(([name, property]) => [name, schema(property)]),
        ),
      ];
    }),
  );
}

const declared = ({ name, description, parameters, parametersJsonSchema }: any): ToolDefinition => ({
  type: 'function',
  name: string(name) ?? 'unknown',
  description: string(description),
  parameters: copied(parametersJsonSchema) ?? schema(parameters),
});

/** The vendor's own tools have no other name than their field's, which its documentation writes in snake case. */
function fieldOf([kind, value]: [string, any]): ToolDefinition[] {
  if (kind === 'functionDeclarations') return list(value).map(declared);
  const type = kind.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
  if (kind !== 'mcpServers') return [{ type, name: type }];
  return list(value).map(({ name }) => ({ type, name: string(name) ?? type }));
}

/** The definitions in one `Tool`: functions, or tools that the vendor runs. */
export const toolsOf = (tool: any): ToolDefinition[] => Object.entries(tool).filter(isSet).flatMap(fieldOf);
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
