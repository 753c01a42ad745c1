/** Which requests may be model calls, by their paths: nothing else is looked at of most requests. */

/** The last words of the protocols' paths: most requests have another one and are not inspected further. */
const LAST_WORDS =
  'completions responses compact embeddings generations edits variations transcriptions translations speech ' +
  'moderations rawPredict streamRawPredict messages invoke invoke-with-response-stream complete ' +
  'generateContent streamGenerateContent embedContent batchEmbedContents predict predictLongRunning ' +
  'interactions decisions systemone chat chat_stream generation generation_stream embed multimodalembeddings contextualizedembeddings ' +
  'rerank generate conversations restart ocr predictions converse ' +
  'converse-stream language-model decision-model embedding-model image-model speech-model transcription-model reranking-model ' +
  'text-embedding multimodal-embedding text-rerank reranks invocations invocations-response-stream embedText rerankText ' +
  'embed_all embed_sparse similarity feature-extraction sentence-similarity chatcompletion_v2 agent text image images multimodal ranking reranking score pooling generate_stream completion infill chat-messages completion-messages';

/** By their length: to cut the word out of each path and to look it up takes five times as long. */
const BY_LENGTH: string[][] = [];
for (const word of LAST_WORDS.split(' ')) {
  BY_LENGTH[word.length] ??= [];
  BY_LENGTH[word.length]?.push(word);
}

/** Paths that end in a name: of a model, a conversation, a gateway. */
const NAMED =
  /^\/v1\/[0-9a-f]{32}\/[^/?]+\/?(?:\?|$)|\/(?:ai\/run\/@|workers-ai\/@|hf-inference\/models\/|huggingface\/|conversations\/|v1\/inference\/|v1\/agents\/)/;

/** A path longer than this is of no protocol. */
const MAX_PATH = 2000;
const [SLASH, COLON] = [47, 58];

/**
 * Whether a path may be of a protocol; it costs 100 ns.
 * @param path with its query.
 */
export function mayBeCall(path: string): boolean {
  const query = path.indexOf('?');
  const end = query < 0 ? path.length : query;
  if (end > MAX_PATH) return false;
  const start = startOfWord(path, end);
  const words = BY_LENGTH[end - start];
  return words?.some((word) => path.startsWith(word, start)) || NAMED.test(path);
}

function startOfWord(path: string, end: number): number {
  for (let at = end - 1; at >= 0; at--) {
    const code = path.charCodeAt(at);
    if (code === SLASH || code === COLON) return at + 1;
  }
  return 0;
}
