import Anthropic from '@anthropic-ai/sdk';
import { instrumentClient } from '@llmtrace/auto/manual';

// Once a container, outside of the handler.
const anthropic = instrumentClient(new Anthropic());

export const handler = async ({ question }) =>
  anthropic.messages.create({
    model: 'claude-sonnet-4-6',
    max_tokens: 500,
    messages: [{ role: 'user', content: question }],
  });
