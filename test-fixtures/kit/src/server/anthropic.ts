/** The fake Anthropic. */
import {
  ANTHROPIC_MODEL,
  anthropicFailure,
  anthropicStreamFailure,
  message,
  messageEvents,
  textCompletion,
  tokenCount,
} from '../bodies/anthropic.ts';
import type { Answer, VendorRequest, VendorRoutes } from './routes.ts';

const ROUTES: Readonly<Record<string, (request: VendorRequest) => Answer>> = {
  '/v1/messages': (request) => (request.body.stream ? messageEvents(request) : message(request)),
  '/v1/messages/count_tokens': tokenCount,
  '/v1/complete': textCompletion,
};

const keyOf = (value: string | string[] | undefined): string =>
  (Array.isArray(value) ? value[0] : value) ?? '';

export const anthropic: VendorRoutes = {
  name: 'anthropic',
  usualModel: (path) => (path === '/v1/complete' ? 'claude-2.1' : ANTHROPIC_MODEL),
  owns: ({ path }) => Object.hasOwn(ROUTES, path),
  model: ({ body }) => body?.model,
  key: ({ headers }) => keyOf(headers['x-api-key']) || keyOf(headers['authorization']),
  answer: (request) => (request.method === 'POST' ? ROUTES[request.path]?.(request) : undefined),
  failure: anthropicFailure,
  streamFailure: anthropicStreamFailure,
};
