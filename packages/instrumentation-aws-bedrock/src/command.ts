/** Commands of the SDK: the operation and the input of each. */
import { type Endpoint, fields } from '@llmtrace/core';

/** The method that sends all commands: all endpoints of this package share it. */
export type Sending = Pick<
  Endpoint,
  'files' | 'className' | 'path' | 'method' | 'isInherited' | 'signal' | 'withSignal' | 'withoutRetries'
>;

/** The operations that are model calls. */
export type BedrockOperation =
  | 'Converse'
  | 'ConverseStream'
  | 'InvokeModel'
  | 'InvokeModelWithResponseStream';

const OPERATIONS: ReadonlySet<string> = new Set([
  'Converse',
  'ConverseStream',
  'InvokeModel',
  'InvokeModelWithResponseStream',
]);

/**
 * The operation of a command: from its schema, which newer versions of the SDK have; else from the name of its class or of
 * a class that it extends.
 */
export function operationOf(command: unknown): BedrockOperation | undefined {
  const { schema } = fields(command);
  if (Array.isArray(schema) && isOperation(schema[2])) return schema[2];
  for (
    let shape = command;
    typeof shape === 'object' && shape !== null;
    shape = Object.getPrototypeOf(shape)
  ) {
    const word = String(shape.constructor?.name).replace(/Command$/, '');
    if (isOperation(word)) return word;
  }
  return undefined;
}

const isOperation = (word: unknown): word is BedrockOperation => OPERATIONS.has(word as string);

export const inputOf = (command: unknown): any => fields(fields(command).input);
