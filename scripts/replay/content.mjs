// Judges the messages that were captured in a replay: each part by the schema of its own type, and each attribute by
// the schema of the whole. The published schemas take anything with a `type` for a part, so the whole alone says little.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';

const ATTRIBUTES = {
  'gen_ai.input.messages': 'gen-ai-input-messages',
  'gen_ai.output.messages': 'gen-ai-output-messages',
  'gen_ai.system_instructions': 'gen-ai-system-instructions',
  'gen_ai.tool.definitions': 'gen-ai-tool-definitions',
};

/** The definitions of the parts in the schema of output messages, by the type that they are for. */
const PARTS = {
  text: 'TextPart',
  reasoning: 'ReasoningPart',
  tool_call: 'ToolCallRequestPart',
  tool_call_response: 'ToolCallResponsePart',
  server_tool_call: 'ServerToolCallPart',
  server_tool_call_response: 'ServerToolCallResponsePart',
  blob: 'BlobPart',
  file: 'FilePart',
  uri: 'UriPart',
  compaction: 'CompactionPart',
};

/** What parts are of a type that the conventions have none for, and why. */
const GENERIC = {
  item_reference: 'a reference to an item that only the vendor knows',
  tool_addition: 'a tool that is added in the middle of a conversation',
  fallback: 'the place where another model took over',
};

/** The validators of one version of the schemas. */
function judgeOf(folder) {
  const ajv = new Ajv({ strict: false, logger: false });
  const read = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  const { $defs } = read(ATTRIBUTES['gen_ai.output.messages']);
  const validators = (table, schemaOf) =>
    new Map(Object.entries(table).map(([key, name]) => [key, ajv.compile(schemaOf(name))]));
  const known = Object.entries(PARTS).filter(([, name]) => $defs[name]); // the older ones do not have all
  return {
    wholes: validators(ATTRIBUTES, read),
    parts: validators(Object.fromEntries(known), (name) => ({ $defs, $ref: `#/$defs/${name}` })),
  };
}

/** What is wrong with the content of these spans, in words, and how much of it there is. */
export function judgeContent(schemas, lines) {
  const judges = [judgeOf(schemas), judgeOf(join(schemas, 'v1.41.1'))];
  const captured = lines.flatMap(({ id, spans }) => spans.flatMap((span) => contentOf(id, span)));
  const wrong = captured.flatMap(({ id, name, value }) =>
    judges.flatMap((judge) => [...faultsOf(judge, name, value)].map((fault) => `${id} ${name} ${fault}`)),
  );
  return { judged: captured.length, wrong };
}

const contentOf = (id, { attributes }) =>
  Object.keys(ATTRIBUTES)
    .filter((name) => attributes[name] !== undefined && !isCut(attributes[name]))
    .map((name) => ({ id, name, value: JSON.parse(attributes[name]) }));

/** The replay itself keeps no more of an attribute. */
const isCut = (text) => text.length > 6000;

function* faultsOf({ wholes, parts }, name, value) {
  const whole = wholes.get(name);
  if (!whole(value)) yield JSON.stringify(whole.errors?.slice(0, 3));
  if (name === 'gen_ai.tool.definitions') return;
  const all = name === 'gen_ai.system_instructions' ? value : value.flatMap((message) => message.parts);
  for (const part of all) {
    const judge = parts.get(part.type);
    if (judge && !judge(part)) yield `${part.type}: ${JSON.stringify(judge.errors?.slice(0, 3))}`;
    if (!PARTS[part.type] && !GENERIC[part.type]) yield `a part of the type ${part.type}`;
  }
}
