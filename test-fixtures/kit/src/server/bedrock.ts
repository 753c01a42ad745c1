/** The fake Bedrock. */
import {
  BEDROCK_MODEL,
  bedrockFailure,
  bedrockStreamFailure,
  converse,
  converseEvents,
  invoked,
  invokedEvents,
} from '../bodies/bedrock.ts';
import type { Answer, VendorRequest, VendorRoutes } from './routes.ts';

const OPERATIONS: Readonly<Record<string, (request: VendorRequest) => Answer>> = {
  converse,
  'converse-stream': converseEvents,
  invoke: invoked,
  'invoke-with-response-stream': invokedEvents,
};

/** `/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse` */
const PATH = /^\/model\/([^/]+)\/([a-z-]+)$/;

export const bedrock: VendorRoutes = {
  name: 'bedrock',
  usualModel: (path) =>
    path.includes('/invoke') ? 'anthropic.claude-haiku-4-5-20251001-v1:0' : BEDROCK_MODEL,
  owns: ({ path }) => PATH.test(path),
  model: ({ path }) => decodeURIComponent(PATH.exec(path)?.[1] ?? ''),
  key: ({ headers }) => String(headers['authorization'] ?? ''),
  answer: (request) =>
    request.method === 'POST' ? OPERATIONS[PATH.exec(request.path)?.[2] ?? '']?.(request) : undefined,
  failure: bedrockFailure,
  streamFailure: bedrockStreamFailure,
};
