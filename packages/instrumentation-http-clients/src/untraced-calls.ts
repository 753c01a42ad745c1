/**
 * Calls of vendors beside those of chats and embeddings, whose answers count no tokens: speech, pictures, videos and
 * workflows, by paths of the vendors' own.
 */
import type { UntracedCalls } from '@llmtrace/core/internal';

/** @param paths a query may follow. */
const at = (hosts: RegExp, paths: string): UntracedCalls => ({
  hosts,
  paths: new RegExp(`${paths}(?:\\?|$)`),
});

/** Parts of a path that name a voice, a model, a session. */
const NAME = '[^/?]+';

export const untracedCalls: readonly UntracedCalls[] = [
  // Speech
  at(
    /^api\.(?:[a-z-]+\.)*elevenlabs\.io$/,
    `/v1/(?:(text-to-speech|speech-to-speech)/${NAME}(?:/stream)?(?:/with-timestamps)?|(text-to-dialogue)(?:/stream)?(?:/with-timestamps)?|(text-to-voice)(?:/design|/remix|/create-previews)?|(speech-to-text|sound-generation|dubbing)|(audio-isolation)(?:/stream)?|(music)(?:/detailed)?(?:/stream)?|(convai)/(?:(?:twilio|sip-trunk)/outbound-call|batch-calling/submit|agents/${NAME}/simulate-conversation(?:/stream)?))`,
  ),
  at(/^(?:api|agent)\.(?:eu\.)?deepgram\.com$/, '/v[12]/(listen|speak|read)'),
  at(/^(?:api|streaming)\.(?:eu\.)?assemblyai\.com$/, `/(?:v2/(transcript)|(lemur)/v3/generate/${NAME})`),
  at(/^api\.cartesia\.ai$/, '/(?:(tts|voice-changer)/(?:bytes|sse)|(infill)/bytes|(stt))'),
  at(/^api\.hume\.ai$/, '/v0/(?:(tts)(?:/stream)?(?:/json|/file)?|(batch)/jobs)'),
  at(/^api\.lmnt\.com$/, '/v1/ai/(speech)(?:/bytes)?'),
  at(/^api\.gladia\.io$/, '/v2/(pre-recorded|transcription|live)'),
  at(/^api\.rev\.ai$/, '/(speechtotext)/v1/jobs'),
  // Pictures and videos
  at(/^(?:queue\.|ws\.)?fal\.run$/, `^(?:/${NAME}){2,}`),
  at(
    /^api\.dev\.runwayml\.com$/,
    `/v1/(?:((?:image|text|video|speech)_(?:to_[a-z]+|upscale)|avatar_videos|character_performance|sound_effect|voice_dubbing|voice_isolation|realtime_sessions)|(recipes|workflows|routers)/${NAME})`,
  ),
  at(
    /^api\.lumalabs\.ai$/,
    `/v1/(generations)(?:/(?:image|video)(?:/reframe|/modify)?|/${NAME}/(?:audio|upscale))?`,
  ),
  at(/^cloud\.leonardo\.ai$/, '/v\\d/(?:(generations)(?:-[a-z-]+)?|(variations)/[a-z-]+)'),
  at(
    /^api\.stability\.ai$/,
    `/(?:v1/(generation)/${NAME}/${NAME}(?:/${NAME})?|v2beta/(stable-image|audio|3d|image-to-video)(?:/${NAME}){0,3})`,
  ),
  at(/^api\.(?:[a-z0-9]+\.)?bfl\.(?:ai|ml)$/, '/v1/flux[a-z0-9.-]*'),
  at(
    /^api\.ideogram\.ai$/,
    `/(?:v1/(ideogram-[\\w.-]{1,40})/${NAME}|(generate|edit|remix|reframe|upscale|describe))`,
  ),
  // Of providers whose pictures and videos Hugging Face's router passes on
  at(/^router\.huggingface\.co$/, '^/(fal-ai|wavespeed|black-forest-labs)/.+'),
  at(/^inference\.prodia\.com$/, '/v2/job'),
  at(
    /^(?:api\.x\.ai|openrouter\.ai|api\.together\.(?:xyz|ai)|api\.minimaxi?\.(?:io|com)|dashscope(?:-[a-z]+)?\.aliyuncs\.com|open\.bigmodel\.cn|api\.z\.ai)$/,
    '/(?:(videos)(?:/generations|/edits|/extensions)?|(video_generation)|(image_generation)|(t2a)_v2|(tts)|(image-synthesis)|(image-generation)/generation|(video-synthesis))',
  ),
  // Platforms of applications. Workflows count their tokens in a total alone.
  at(/^api\.dify\.ai$/, `/v1/(?:(workflows)(?:/${NAME})?/run|(audio-to-text|text-to-audio))`),
  at(/^api\.coze\.(?:com|cn)$/, '/v1/(workflow)/(?:run|stream_run|stream_resume)'),
  // Classifications
  at(/^api\.jina\.ai$/, '/v1/(classify)'),
];
