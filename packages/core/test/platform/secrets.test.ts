/** The forms of secrets that are found wherever a text is recorded, and the texts that are left as they are. */
import assert from 'node:assert/strict';
import { withoutSecrets } from '../../src/platform/secrets.ts';

/** Letters and digits of no key that was ever issued. */
const of = (length: number, alphabet = 'x1Yz2Wq3'): string =>
  alphabet.repeat(Math.ceil(length / alphabet.length)).slice(0, length);
const hex = (length: number): string => of(length, '0a1b2c3d4e5f6789');
// Assembled here, so that no scanner of this repository takes them for leaked keys.
const at = (prefix: string, length: number): string => `${prefix}${of(length)}`;

/** A form, its text, and the part of it that must not be left. */
const SECRETS: readonly (readonly [form: string, text: string, secret: string])[] = [
  ['OpenAI, a project', at('sk-proj-', 48), of(48)],
  ['OpenAI, a service account', at('sk-svcacct-', 48), of(48)],
  ['OpenAI, of old', at('sk-', 48), of(48)],
  ['OpenAI, masked', 'Incorrect API key provided: sk-proj-****************abcd.', 'abcd'],
  ['OpenAI, of any form', 'Incorrect API key provided: test. You can find', 'test'],
  ['Anthropic', at('sk-ant-api03-', 95), of(95)],
  ['OpenRouter', `sk-or-v1-${hex(64)}`, hex(64)],
  ['Groq', at('gsk_', 52), of(52)],
  ['xAI', at('xai-', 80), of(80)],
  ['Perplexity', at('pplx-', 48), of(48)],
  ['Replicate', at('r8_', 37), of(37)],
  ['NVIDIA', at('nvapi-', 64), of(64)],
  ['Cerebras', at('csk-', 48), of(48)],
  ['Together AI', at('tgp_v1_', 43), of(43)],
  ['Hugging Face', `hf_${of(34, 'aBcDeFgH')}`, of(34, 'aBcDeFgH')],
  ['Google, an API key', at('AIzaSy', 33), of(33)],
  ['Google, a key of Vertex AI', at('AQ.Ab8', 40), of(40)],
  ['Google, a token', at('ya29.', 60), of(60)],
  ['Amazon, the id of a key', 'AKIAQWERTYUIOPASDFGH', 'QWERTYUIOPASDFGH'],
  ['Amazon, a secret key', `aws_secret_access_key = ${of(40, 'wJalrXUtnFEMI/K7')}`, 'wJalrXUtnFEMI'],
  ['Amazon, a secret key in JSON', `{"secretAccessKey":"${of(40, 'wJalrXUtnFEMI/K7')}"}`, 'wJalrXUtnFEMI'],
  ['Amazon, a key of Bedrock', at('ABSK', 110), of(110)],
  ['Amazon, a signed URL', `https://s3.test/x?X-Amz-Signature=${hex(64)}&x=1`, hex(64)],
  ['Azure, a header', `api-key: ${hex(32)}`, hex(32)],
  ['Azure, a subscription', `Ocp-Apim-Subscription-Key: ${hex(32)}`, hex(32)],
  ['Azure, a connection', `AccountName=a;AccountKey=${of(86)}==;EndpointSuffix=x`, of(86)],
  ['Azure, an application', `abc8Q~${of(34)}`, of(34)],
  ['a gateway’s header', `x-api-key: ${of(24)}`, of(24)],
  ['a gateway’s hash', `Received API Key = sk-...abcd, Key Hash (Token) =${hex(64)}.`, hex(64)],
  ['a header in JSON', `{"x-api-key":"${of(24)}"}`, of(24)],
  ['a variable', `OPENAI_API_KEY=${of(24)}`, of(24)],
  ['a variable of letters alone', 'GATEWAY_API_KEY=letmeinplease', 'letmeinplease'],
  ['a property', `apiKey: '${of(24)}'`, of(24)],
  ['a client’s secret', `client_secret=${of(30)}`, of(30)],
  ['a password', 'password=hunter22', 'hunter22'],
  ['a bearer', `Authorization: Bearer ${of(20)}`, of(20)],
  ['a bearer alone', `Bearer ${of(20)}`, of(20)],
  ['basic authentication', 'Authorization: Basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpwYXNzd29yZA'],
  ['basic authentication alone', 'Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
  ['a JSON web token', `eyJ${of(30)}.eyJ${of(60)}.${of(43)}`, of(43)],
  ['GitHub', at('ghp_', 36), of(36)],
  ['GitHub, fine-grained', at('github_pat_', 82), of(82)],
  ['GitLab', at('glpat-', 20), of(20)],
  ['npm', at('npm_', 36), of(36)],
  ['PyPI', at('pypi-AgEI', 60), of(60)],
  ['Docker', at('dckr_pat_', 27), of(27)],
  ['Slack', `xoxb-123456789012-${of(24)}`, of(24)],
  ['SendGrid', `SG.${of(22)}.${of(43)}`, of(43)],
  ['Stripe', at('sk_live_', 24), of(24)],
  ['HashiCorp Vault', at('hvs.', 24), of(24)],
  ['Databricks', `dapi${hex(32)}`, hex(32)],
  ['LangSmith', at('lsv2_pt_', 40), of(40)],
  ['Pinecone', at('pcsk_', 60), of(60)],
  ['Mailgun', `key-${hex(32)}`, hex(32)],
  ['the key of a query', 'GET /v1/models?alt=sse&key=abcdef&x=1', 'abcdef'],
  ['a token of a query', `https://h.test/?access_token=${of(20)}`, of(20)],
  ['the password of a URL', 'http://user:word@gateway.test/v1', 'word'],
  ['a token in a URL', `https://${of(40)}@git.test/x`, of(40)],
  ['a private key', `-----BEGIN RSA PRIVATE KEY-----\n${of(64)}\n-----END RSA PRIVATE KEY-----`, of(64)],
  ['a private key without its end', `-----BEGIN PRIVATE KEY-----\n${of(64)}`, of(64)],
];

const HARMLESS: readonly string[] = [
  'a sk- of cards',
  'task-oriented-programming-in-the-large',
  'sk-learn is short for scikit-learn',
  'risk-free, brisk-looking and desk-bound-for-long-hours',
  'https://example.test/a:b',
  'https://platform.openai.com/account/api-keys',
  'You can find your API key at https://platform.openai.com/account/api-keys.',
  'API key not valid. Please pass a valid API key.',
  'invalid x-api-key',
  'x-api-key header is required',
  'Access denied due to invalid subscription key or wrong API endpoint.',
  'No api key passed in.',
  'Authorization: required',
  'Basic authentication is not supported',
  'Bearer authentication failed',
  'a basic understanding of internationalization',
  'the bearer of good news',
  'max_tokens: 4096 > 2048',
  'total_tokens=123456',
  'token: 128000',
  'token limit: 128,000 tokens',
  'the password is required',
  'password: required',
  'token = undefined',
  '"token": null',
  'the secret of good bread',
  'Secret: keep the oven closed',
  'The key is under the doormat',
  'Key: C major; tempo: allegro',
  'monkey=banana',
  'a key-value store',
  'key-0 and key-1',
  'd9428888-122b-11e1-b85c-61cd3cbb3210',
  'commit bbea934a1f0f4e1d9e2c6b7a8d9e0f1a2b3c4d5e',
  'llmtrace:omitted;sha256=2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824;bytes=5',
  'chatcmpl-AbCdEf0123456789AbCdEf0123456',
  'msg_011CeCGvK1dev7N57FUZBxrN',
  'resp_68b2c3d4e5f60718293a4b5c6d7e8f90',
  'call_Xo2yD3eF4gH5iJ6kL7mN8oP9',
  'org-abcdefgh in project proj_abcdefgh',
  'gpt-4o-mini-2024-07-18',
  'claude-3-5-sonnet-20241022',
  'ft:gpt-4o-mini-2024-07-18:acme:support:9abcDEF1',
  'meta-llama/Llama-3.3-70B-Instruct-Turbo',
  'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0',
  'Rate limit reached for gpt-4.1 on tokens per min (TPM): Limit 30000, Used 18928, Requested 11159.',
  'connect ECONNREFUSED 127.0.0.1:8080',
  'npm install @llmtrace/auto and npm-run-all',
  'export const token = getToken();',
  'import { key } from "./keys.ts"',
];

describe('secrets', () => {
  it('are of at least 40 forms here, as are the texts that are none', () => {
    assert.ok(SECRETS.length >= 40 && HARMLESS.length >= 40);
  });

  for (const [form, text, secret] of SECRETS) {
    for (const [where, within] of [
      ['alone', text],
      ['within a sentence', `It failed: ${text} (at 12:00)`],
    ] as const) {
      it(`are taken out: ${form}, ${where}`, () => {
        const left = withoutSecrets(within);
        assert.ok(left.includes('[key]') && !left.includes(secret), left);
      });
    }
  }

  for (const text of HARMLESS) {
    it(`are not found in "${text}"`, () => assert.equal(withoutSecrets(text), text));
  }

  it('leave the text around them', () => {
    assert.equal(withoutSecrets('GET /v1?alt=sse&key=abc&x=1'), 'GET /v1?alt=sse&key=[key]&x=1');
    assert.equal(withoutSecrets('{"api_key":"abcdef123456","model":"m"}'), '{"api_key":"[key]","model":"m"}');
    assert.equal(withoutSecrets('http://user:word@gateway/v1'), 'http://user:[key]@gateway/v1');
  });
});
