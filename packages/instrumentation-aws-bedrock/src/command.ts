/** Commands of the SDK: the operation and the input of each. */
import { type Endpoint, fields } from '@llmtrace/core';

/** What all endpoints of this package share: one method sends all commands. */
export type Sending = Pick<Endpoint, 'signal' | 'withSignal' | 'withoutRetries'>;

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

/** Operations that are model calls and are not traced: speech both ways over one stream, and jobs with their answers in S3. */
const UNTRACED: ReadonlySet<string> = new Set(['InvokeModelWithBidirectionalStream', 'StartAsyncInvoke']);

export const operationOf = (command: unknown): BedrockOperation | undefined =>
  nameOf(command, OPERATIONS) as BedrockOperation | undefined;

export const untracedOf = ([command]: readonly any[]): string | undefined => nameOf(command, UNTRACED);

/**
 * The name of a command's operation: from its schema, which newer versions of the SDK have; else from the name of its class
 * or of a class that it extends.
 */
function nameOf(command: unknown, names: ReadonlySet<string>): string | undefined {
  const { schema } = fields(command);
  if (Array.isArray(schema) && names.has(schema[2])) return schema[2];
  for (
    let shape = command;
    typeof shape === 'object' && shape !== null;
    shape = Object.getPrototypeOf(shape)
  ) {
    const word = String(shape.constructor?.name).replace(/Command$/, '');
    if (names.has(word)) return word;
  }
  return undefined;
}

export const inputOf = (command: unknown): any => fields(fields(command).input);
