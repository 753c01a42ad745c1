// The calls of the smoke test's application: one plain, one streamed. `run` returns the results that it got.
export async function run({ GoogleGenerativeAI }) {
  const { GEMINI_API_KEY, GOOGLE_GEMINI_BASE_URL: baseUrl } = process.env;
  const client = new GoogleGenerativeAI(GEMINI_API_KEY);
  const model = client.getGenerativeModel({ model: 'gemini-2.5-flash' }, { baseUrl });
  const { response } = await model.generateContent('hello');
  let chunks = 0;
  for await (const _ of (await model.generateContentStream('hello')).stream) chunks++;
  return response.usageMetadata.totalTokenCount > 0 && chunks > 1;
}
