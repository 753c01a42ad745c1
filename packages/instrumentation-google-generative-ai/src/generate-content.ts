/** Content, asked of a model or of its chats: both send their requests themselves, neither by the other. */
import { count, type Endpoint, type LlmRequest } from '@llmtrace/core';
import { gemini } from '@llmtrace/core/gemini';
import { chatContent, modelContent } from './content.ts';
import { optionsOf, withSignal } from './options.ts';

/** The SDK merges the call's parameters over those of the model. */
function modelRequest([request]: readonly any[], self: any): LlmRequest {
  // Anything else is the parts of one message.
  const params = request?.contents ? request : { contents: [request] };
  return gemini.request(params.generationConfig ?? self.generationConfig ?? {}, {
    model: gemini.model(self.model),
    messageCount: count(params.contents),
  });
}

/** A message is sent with the history before it, once the previous message is answered. */
const chatRequest = (_args: readonly any[], self: any): LlmRequest =>
  gemini.request(self.params?.generationConfig ?? {}, { model: gemini.model(self.model) });

const content = {
  operation: 'generate_content',
  signal: (args: readonly any[], self: any) => optionsOf(args, self).signal,
  withSignal,
  // A stream's whole answer comes without the result around it.
  response: (result: any) => gemini.response(result.response ?? result),
} as const;

const generateContent: Endpoint = {
  ...content,
  request: modelRequest,
  content: modelContent,
};
const sendMessage: Endpoint = {
  ...content,
  request: chatRequest,
  content: chatContent,
};

const streamed = (endpoint: Endpoint): Endpoint => ({
  ...endpoint,
  request(args, self) {
    const request = endpoint.request(args, self);
    request.stream = true;
    return request;
  },
  chunk: gemini.chunk,
});

export const contentEndpoints = {
  generateContent,
  generateContentStream: streamed(generateContent),
  sendMessage,
  sendMessageStream: streamed(sendMessage),
};
