/** All protocols, in the order in which a request is compared with them. */
import { anthropicProtocols } from './anthropic.ts';
import { appPlatformProtocols } from './app-platforms.ts';
import { geminiProtocols } from './gemini.ts';
import { huggingFaceProtocols } from './hugging-face.ts';
import { modelServerProtocols } from './model-servers.ts';
import { nativeProtocols } from './native.ts';
import { openaiProtocols } from './openai.ts';
import { otherProtocols } from './other-vendors.ts';
import { platformProtocols } from './platforms.ts';
import type { Protocol } from './protocol.ts';
import { sglangProtocol } from './sglang.ts';

export const PROTOCOLS: readonly Protocol[] = [
  ...openaiProtocols,
  ...appPlatformProtocols, // before Anthropic's, whose messages have a path like Letta's
  ...anthropicProtocols,
  ...geminiProtocols,
  ...otherProtocols,
  ...platformProtocols,
  ...nativeProtocols,
  ...huggingFaceProtocols,
  sglangProtocol,
  ...modelServerProtocols,
];
