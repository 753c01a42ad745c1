// The calls of the smoke test's application: one plain, one streamed. `run` returns the results that it got.
export async function run({ GoogleGenAI }) {
  const httpOptions = { baseUrl: process.env.GOOGLE_GEMINI_BASE_URL };
  const { models } = new GoogleGenAI({ apiKey: process.env.GEMINI_API_KEY, httpOptions });
  const params = { model: 'gemini-2.5-flash', contents: 'hello' };
  const { usageMetadata } = await models.generateContent(params);
  let chunks = 0;
  for await (const _ of await models.generateContentStream(params)) chunks++;
  return usageMetadata.totalTokenCount > 0 && chunks > 1;
}
