/**
 * The content of calls in the form of the GenAI conventions: messages made of parts.
 * https://github.com/open-telemetry/semantic-conventions-genai/tree/main/docs/gen-ai (the JSON schemas of messages)
 */

/** The kind of media that a file, a link or bytes contain. */
export type Modality = 'image' | 'video' | 'audio' | 'document' | (string & {});

export interface TextPart {
  type: 'text';
  content: string;
}

/** The model's thoughts, as far as the vendor shows them. */
export interface ReasoningPart {
  type: 'reasoning';
  content: string;
}

/** The model asks the application to run a tool. */
export interface ToolCallPart {
  type: 'tool_call';
  name: string;
  id?: string | undefined;
  /** Parsed where they are JSON. */
  arguments?: unknown;
}

/** The result of one of the application's tools. */
export interface ToolCallResponsePart {
  type: 'tool_call_response';
  response: unknown;
  id?: string | undefined;
}

/** The model runs a tool of the vendor's. */
export interface ServerToolCallPart {
  type: 'server_tool_call';
  name: string;
  id?: string | undefined;
  server_tool_call: { type: string; [key: string]: unknown };
}

/** The result of one of the vendor's tools. */
export interface ServerToolCallResponsePart {
  type: 'server_tool_call_response';
  id?: string | undefined;
  server_tool_call_response: { type: string; [key: string]: unknown };
}

/** Bytes within the message; as base64 once it is recorded. */
export interface BlobPart {
  type: 'blob';
  modality: Modality;
  mime_type?: string | undefined;
  content: string | Uint8Array;
}

/** A file that was uploaded before. */
export interface FilePart {
  type: 'file';
  modality: Modality;
  mime_type?: string | undefined;
  file_id: string;
}

/** A link; never a `data:` URL, which is a {@link BlobPart}. */
export interface UriPart {
  type: 'uri';
  modality: Modality;
  mime_type?: string | undefined;
  uri: string;
}

/** The vendor's shortened version of an earlier part of the conversation. */
export interface CompactionPart {
  type: 'compaction';
  id?: string | undefined;
  content?: string | undefined;
}

/** Anything that the conventions have no part for, under the vendor's own name for it. */
export interface GenericPart {
  type: string;
  [key: string]: unknown;
}

export type Part =
  | TextPart
  | ReasoningPart
  | ToolCallPart
  | ToolCallResponsePart
  | ServerToolCallPart
  | ServerToolCallResponsePart
  | BlobPart
  | FilePart
  | UriPart
  | CompactionPart
  | GenericPart;

export interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool' | (string & {});
  parts: Part[];
  name?: string | undefined;
}

export interface OutputMessage extends Message {
  /** As in `gen_ai.response.finish_reasons`; `error` where the answer broke off. */
  finish_reason: string;
}

export interface ToolDefinition {
  type: string;
  name: string;
  description?: string | undefined;
  /** The JSON schema of the arguments. */
  parameters?: unknown;
}

/** The content that a call sends to the model. */
export interface Prompt {
  /** Only instructions that the request has apart from its messages, as text. */
  system?: readonly Part[] | undefined;
  /** In the order in which they are sent. */
  messages?: readonly Message[] | undefined;
  tools?: readonly ToolDefinition[] | undefined;
}

/**
 * The content of a call, as it is recorded. A field is absent if the call has no such content or a redactor dropped
 * it.
 */
export interface Content {
  systemInstructions?: Part[] | undefined;
  inputMessages?: Message[] | undefined;
  toolDefinitions?: ToolDefinition[] | undefined;
  /** One a choice; known when the call has ended. */
  outputMessages?: OutputMessage[] | undefined;
  /** The text of the error that the call failed with, which may quote the request; known when the call has ended. */
  errorMessage?: string | undefined;
}

/**
 * How the content of an endpoint's calls is read: pure functions, which run only if content is captured. Their
 * results share no object with their arguments, because the application owns those and may change them.
 */
// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here
export interface ContentReader {
  prompt(args: readonly any[], self: any): Prompt;
  /** The content of a whole answer: one message for each choice. */
  answer(answer: any): Message[];
  /** Folds a chunk of a stream into the answer that they make up, which begins as `{}`. */
  fold?(answer: any, chunk: any): void;
}
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
