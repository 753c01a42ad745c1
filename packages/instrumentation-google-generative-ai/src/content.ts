/** Reads the content of a model's calls and chats. */
import type { ContentReader, Prompt } from '@llmtrace/core';
import { geminiContent } from '@llmtrace/core/gemini';

/** Parts of one message become a content as the SDK makes it: results of functions have a separate role. */
function contentOf(request: any): object {
  const parts = Array.isArray(request) ? request : [request];
  const isResult = parts.some((part) => part?.functionResponse !== undefined);
  return { role: isResult ? 'function' : 'user', parts };
}

/** The SDK merges the call's parameters over those of the model. */
function modelPrompt([request]: readonly any[], self: any): Prompt {
  const params = request?.contents ? request : { contents: [contentOf(request)] };
  const { tools, systemInstruction } = self ?? {};
  return geminiContent.prompt({ tools, systemInstruction, ...params });
}

/**
 * A message is sent with the history before it. The last answer may be missing when the call begins: it enters the
 * history shortly after its stream has ended, and the SDK waits for it. So the history is read again when the SDK
 * continues; only the SDK's own methods wait for that promise, and each handles its rejection.
 */
function chatPrompt([request]: readonly any[], self: any): Prompt {
  const asked = geminiContent.prompt({ ...self.params, contents: [contentOf(request)] });
  const messages = [...geminiContent.contents(self._history), ...(asked.messages ?? [])];
  const read = (): void => {
    messages.splice(0, messages.length - 1, ...geminiContent.contents(self._history));
  };
  self._sendPromise?.then(read, read).catch(() => undefined); // then it stays as it was read at first
  return { ...asked, messages };
}

const reader = {
  // A stream's whole answer comes without the result around it.
  answer: (result: any) => geminiContent.answer(result?.response ?? result),
  fold: geminiContent.fold,
};

export const modelContent: ContentReader = { ...reader, prompt: modelPrompt };
export const chatContent: ContentReader = { ...reader, prompt: chatPrompt };
