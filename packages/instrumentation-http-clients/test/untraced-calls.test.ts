/** Calls of vendors whose answers count no tokens: each kind is known by the host and the path of its requests. */
import assert from 'node:assert/strict';
import { untracedCalls } from '../src/untraced-calls.ts';

/** The name of the kind in its warning; undefined where there is none. */
function kindOf(text: string): string | undefined {
  const { hostname, pathname, search } = new URL(text);
  const matches = untracedCalls.map(
    ({ hosts, paths }) => hosts.test(hostname) && paths.exec(pathname + search),
  );
  const match = matches.find(Boolean);
  return match ? (match.slice(1).find(Boolean) ?? 'models') : undefined;
}

/** URLs to which the vendors' SDKs post. */
const KINDS: Readonly<Record<string, string | undefined>> = {
  'https://api.elevenlabs.io/v1/text-to-speech/v': 'text-to-speech',
  'https://api.eu.residency.elevenlabs.io/v1/text-to-speech/v/stream/with-timestamps?output_format=mp3':
    'text-to-speech',
  'https://api.elevenlabs.io/v1/speech-to-text': 'speech-to-text',
  'https://api.elevenlabs.io/v1/speech-to-speech/v/stream': 'speech-to-speech',
  'https://api.elevenlabs.io/v1/sound-generation': 'sound-generation',
  'https://api.elevenlabs.io/v1/text-to-dialogue': 'text-to-dialogue',
  'https://api.elevenlabs.io/v1/music/detailed/stream': 'music',
  'https://api.elevenlabs.io/v1/convai/agents/a/simulate-conversation': 'convai',
  'https://api.elevenlabs.io/v1/convai/agents/create': undefined,
  'https://api.elevenlabs.io/v1/voices/add': undefined,
  'https://api.deepgram.com/v1/listen?model=nova-3': 'listen',
  'https://api.eu.deepgram.com/v1/speak?model=aura-2': 'speak',
  'https://api.deepgram.com/v1/read?language=en': 'read',
  'https://api.deepgram.com/v1/auth/grant': undefined,
  'https://api.assemblyai.com/v2/transcript': 'transcript',
  'https://api.assemblyai.com/lemur/v3/generate/task': 'lemur',
  'https://api.assemblyai.com/v2/upload': undefined,
  'https://api.cartesia.ai/tts/bytes': 'tts',
  'https://api.cartesia.ai/stt': 'stt',
  'https://api.cartesia.ai/voices/clone': undefined,
  'https://api.hume.ai/v0/tts/file': 'tts',
  'https://api.lmnt.com/v1/ai/speech/bytes': 'speech',
  'https://api.gladia.io/v2/pre-recorded': 'pre-recorded',
  'https://api.gladia.io/v2/upload': undefined,
  'https://api.rev.ai/speechtotext/v1/jobs': 'speechtotext',
  'https://fal.run/fal-ai/flux/dev': 'models',
  'https://queue.fal.run/fal-ai/flux/dev?fal_webhook=x': 'models',
  'https://rest.fal.ai/storage/upload/initiate': undefined,
  'https://router.huggingface.co/fal-ai/fal-ai/flux/dev': 'fal-ai',
  'https://router.huggingface.co/hf-inference/models/a/b': undefined,
  'https://api.dev.runwayml.com/v1/image_to_video': 'image_to_video',
  'https://api.dev.runwayml.com/v1/recipes/product_ad': 'recipes',
  'https://api.dev.runwayml.com/v1/uploads': undefined,
  'https://api.lumalabs.ai/dream-machine/v1/generations/video': 'generations',
  'https://api.lumalabs.ai/dream-machine/v1/generations/g/upscale': 'generations',
  'https://cloud.leonardo.ai/api/rest/v1/generations-image-to-video': 'generations',
  'https://cloud.leonardo.ai/api/rest/v1/datasets': undefined,
  'https://api.stability.ai/v2beta/stable-image/generate/core': 'stable-image',
  'https://api.stability.ai/v1/generation/sdxl/text-to-image': 'generation',
  'https://api.bfl.ai/v1/flux-pro-1.1': 'models',
  'https://api.us1.bfl.ai/v1/flux-2-pro': 'models',
  'https://api.bfl.ai/v1/my_finetunes': undefined,
  'https://api.ideogram.ai/v1/ideogram-v3/generate': 'ideogram-v3',
  'https://inference.prodia.com/v2/job?price=true': 'models',
  'https://api.dify.ai/v1/workflows/run': 'workflows',
  'https://api.dify.ai/v1/chat-messages': undefined,
  'https://api.coze.com/v1/workflow/stream_run': 'workflow',
  'https://api.coze.cn/v3/chat': undefined,
  'https://api.jina.ai/v1/classify': 'classify',
  'https://api.jina.ai/v1/embeddings': undefined,
  'https://api.x.ai/v1/videos/generations': 'videos',
  'https://openrouter.ai/api/v1/videos': 'videos',
  'https://api.together.xyz/v2/videos': 'videos',
  'https://api.minimax.io/v1/image_generation': 'image_generation',
  'https://api.minimax.io/v1/t2a_v2': 't2a',
  'https://api.x.ai/v1/tts': 'tts',
  'https://dashscope.aliyuncs.com/api/v1/services/aigc/text2image/image-synthesis': 'image-synthesis',
  'https://dashscope.aliyuncs.com/api/v1/services/aigc/image-generation/generation': 'image-generation',
  'https://api.x.ai/v1/images/generations': undefined,
  'https://example.org/v1/videos': undefined,
  'https://example.org/v1/text-to-speech/v': undefined,
};

describe('calls of vendors whose answers count no tokens', () => {
  for (const [url, kind] of Object.entries(KINDS))
    it(kind === undefined ? `are none: ${url}` : `are of the kind ${kind}: ${url}`, () =>
      assert.equal(kindOf(url), kind),
    );
});
