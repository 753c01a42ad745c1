/** Rows about the rest of Google's newer SDK: Vertex AI, images, interactions. */
import { GEMINI_EMBEDDING_TOKENS, GEMINI_MODEL } from '../bodies/gemini.ts';
import { frozen, type Stage } from '../harness.ts';
import type { Family, Row } from '../vendor-profile.ts';
import {
  content,
  decisions,
  embeddings,
  interactions,
  QUESTION,
  streamed,
  whole,
} from './google-genai-families.ts';

const vertex = ({ sdk, server }: Stage): any =>
  new sdk.exports.GoogleGenAI({
    vertexai: true,
    apiKey: 'example',
    httpOptions: { baseUrl: server.url },
  });

const VERTEX = { provider: 'gcp.vertex_ai' } as const;

/** The answer with an image has no id, model or usage. */
const image = (model: string): Family => ({
  name: model,
  operation: 'generate_content',
  model,
  target: content.target,
  request: content.request,
  call: content.call,
});

const PICTURE = { imageBytes: 'iVBORw0KGgo=', mimeType: 'image/png' };

export const vertexRows: readonly Row[] = [
  {
    name: 'Vertex AI',
    async run(stage) {
      stage.see('answer', await stage.call(vertex(stage)));
    },
    calls: () => [{ ...whole, ...VERTEX }],
  },
  {
    name: 'a stream from Vertex AI',
    async run(stage) {
      for await (const chunk of await stage.call(vertex(stage), { stream: true })) stage.see('chunk', chunk);
    },
    calls: () => [{ ...streamed, ...VERTEX }],
  },
  {
    name: 'embeddings of Vertex AI, counted one by one',
    async run(stage) {
      const request = { model: 'text-embedding-005', contents: ['Paris', 'Rome'] };
      stage.see('answer', await vertex(stage).models.embedContent(request));
    },
    calls: () => [
      {
        family: {
          ...embeddings,
          model: 'text-embedding-005',
          tokens: { input: 2 * GEMINI_EMBEDDING_TOKENS },
        },
        answer: 'whole',
        ...VERTEX,
      },
    ],
  },
  {
    name: 'images',
    async run(stage) {
      const request = frozen({ model: 'imagen-4.0-generate-001', prompt: 'Paris' });
      stage.see('answer', await vertex(stage).models.generateImages(request));
    },
    calls: () => [{ family: image('imagen-4.0-generate-001'), answer: 'whole', ...VERTEX }],
  },
  {
    name: 'an edited image',
    async run(stage) {
      const reference = new stage.sdk.exports.RawReferenceImage();
      Object.assign(reference, { referenceId: 1, referenceImage: PICTURE });
      const request = { model: 'imagen-3.0-capability-001', prompt: 'Paris', referenceImages: [reference] };
      stage.see('answer', await vertex(stage).models.editImage(request));
    },
    calls: () => [{ family: image('imagen-3.0-capability-001'), answer: 'whole', ...VERTEX }],
  },
  {
    name: 'an image made larger',
    async run(stage) {
      const request = { model: 'imagen-4.0-upscale-preview', image: PICTURE, upscaleFactor: 'x2' };
      stage.see('answer', await vertex(stage).models.upscaleImage(request));
    },
    calls: () => [{ family: image('imagen-4.0-upscale-preview'), answer: 'whole', ...VERTEX }],
  },
  {
    name: 'the base URL of one request',
    async run({ client, server, see }) {
      const vendor = client({ url: 'http://localhost:1' });
      const request = { model: GEMINI_MODEL, contents: QUESTION };
      const config = { httpOptions: { baseUrl: server.url } };
      see('answer', (await vendor.models.generateContent({ ...request, config })).text);
    },
    calls: () => [whole],
  },
];

export const interactionRows: readonly Row[] = [
  {
    name: 'an interaction that is refused',
    async run({ client, attempt }) {
      await attempt('answer', () =>
        client().interactions.create(frozen({ model: 'fail-401', input: QUESTION })),
      );
    },
    calls: () => [
      {
        family: interactions,
        model: 'fail-401',
        answer: 'none',
        outcome: 'failed',
        errorType: 'AuthenticationError',
      },
    ],
  },
  {
    name: 'an interaction that is cut short while it streams',
    async run({ client, see }) {
      const request = frozen({ model: 'incomplete-response', input: QUESTION, stream: true });
      for await (const event of await client().interactions.create(request)) see('chunk', event);
    },
    calls: () => [
      {
        family: interactions,
        model: 'incomplete-response',
        answer: 'whole',
        stream: true,
        chunks: 'some',
        finishReasons: ['length'],
      },
    ],
  },
];

export const decisionRows: readonly Row[] = [
  {
    name: 'a decision that is refused',
    missing: (sdk) => decisions.missing?.(sdk),
    async run({ client, attempt }) {
      const request = decisions.request({ model: 'fail-401' });
      await attempt('answer', () => decisions.call(client(), frozen(request), undefined));
    },
    calls: () => [
      {
        family: decisions,
        model: 'fail-401',
        answer: 'none',
        outcome: 'failed',
        errorType: 'AuthenticationError',
      },
    ],
  },
];
