/** What is loaded with the first call of the SDK. */
import { type Endpoint, fields, type LlmResponse } from '@llmtrace/core';
import { inputOf, operationOf, type Sending } from './command.ts';
import { converseBodies } from './converse.ts';
import { invokeEndpoints } from './invoke.ts';

export { converseBodies } from './converse.ts';
export { invokeBodies } from './invoke.ts';

const sending: Sending = {
  signal: ([, options]) => {
    const signal = fields(options).abortSignal;
    return signal instanceof AbortSignal ? signal : undefined;
  },
  withSignal: ([command, options], _self, signal) => [command, { ...options, abortSignal: signal }],
  // The SDK's own retries stay on: they renew credentials and correct clocks.
  withoutRetries: () => undefined,
};

const content: Endpoint['content'] = {
  ...converseBodies.content,
  prompt: ([command], self) => converseBodies.content.prompt([inputOf(command)], self),
};

const converse: Endpoint = {
  ...sending,
  operation: 'chat',
  request: ([command]) => converseBodies.request(inputOf(command)),
  response: converseBodies.response,
  content,
};

const converseStream: Endpoint = {
  ...converse,
  request: ([command]) => ({ ...converseBodies.request(inputOf(command)), stream: true }),
  response: (): LlmResponse => ({}),
  chunk: converseBodies.chunk,
  streamOf: ({ stream }) => stream,
};

const invoked = invokeEndpoints(sending);

export function endpointOf([command]: readonly any[]): Endpoint | undefined {
  switch (operationOf(command)) {
    case 'Converse':
      return converse;
    case 'ConverseStream':
      return converseStream;
    case 'InvokeModel':
      return invoked(command, false);
    case 'InvokeModelWithResponseStream':
      return invoked(command, true);
    default:
      return undefined;
  }
}
