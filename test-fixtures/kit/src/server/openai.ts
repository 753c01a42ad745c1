/** The fake OpenAI, also with the paths of Azure OpenAI. */

import { dataEvent, OPENAI_MODEL, openaiFailure, streamError } from '../bodies/openai.ts';
import { chatChunks, chatCompletion, completion } from '../bodies/openai-chat.ts';
import { decision } from '../bodies/openai-decisions.ts';
import { embeddings, images, speech, transcription, translation } from '../bodies/openai-media.ts';
import { compaction, response, responseEvents, responseStreamError } from '../bodies/openai-responses.ts';
import type { Answer, VendorRequest, VendorRoutes } from './routes.ts';

const ROUTES: Readonly<Record<string, (request: VendorRequest) => Answer>> = {
  'chat/completions': (request) => (request.body.stream ? chatChunks(request) : chatCompletion(request)),
  completions: completion,
  responses: (request) => (request.body.stream ? responseEvents(request) : response(request)),
  'responses/compact': compaction,
  decisions: decision,
  embeddings,
  'images/generations': (request) => images(request, 'image_generation'),
  'images/edits': (request) => images(request, 'image_edit'),
  'audio/speech': speech,
  'audio/transcriptions': transcription,
  'audio/translations': translation,
};

/** The usual model of each path that the models of chat do not serve. */
const USUAL: Readonly<Record<string, string>> = {
  completions: 'gpt-3.5-turbo-instruct',
  embeddings: 'text-embedding-3-small',
  'images/generations': 'gpt-image-1',
  'images/edits': 'gpt-image-1',
  'audio/speech': 'gpt-4o-mini-tts',
  'audio/transcriptions': 'gpt-4o-mini-transcribe',
  'audio/translations': 'whisper-1',
};

const AZURE = /^\/openai\/deployments\/([^/]+)\//;

/** The path without its prefix: `/v1`, or Azure's deployment. */
const routeOf = (path: string): string => path.replace(AZURE, '').replace(/^\/(?:openai\/)?(?:v1\/)?/, '');

const first = (value: string | string[] | undefined): string =>
  (Array.isArray(value) ? value[0] : value) ?? '';

export const openai: VendorRoutes = {
  name: 'openai',
  usualModel: (path) => USUAL[routeOf(path)] ?? OPENAI_MODEL,
  owns: ({ path }) => Object.hasOwn(ROUTES, routeOf(path)),
  model: ({ path, body }) => body?.model ?? AZURE.exec(path)?.[1],
  key: ({ headers }) => first(headers['authorization']) || first(headers['api-key']),
  answer: (request) => (request.method === 'POST' ? ROUTES[routeOf(request.path)]?.(request) : undefined),
  failure: openaiFailure,
  streamFailure: ({ path }) =>
    routeOf(path).startsWith('responses') ? responseStreamError() : dataEvent({ error: streamError }),
};
