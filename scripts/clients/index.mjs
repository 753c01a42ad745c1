// A table of clients that no SDK's instrumentation knows: each at its newest version, plainly and streamed, against
// vendors on loopback that have the vendors' names (TLS with a certificate of our own, names mapped in the process).
// `npm run build`, then `node scripts/clients/index.mjs [FOLDER]`; FOLDER keeps what is installed. Port 443 of
// 127.0.0.77 must be free, and be ours to take. Fails where a call is not traced once, or the application sees more.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { startVendors } from './vendor.mjs';

const PACKAGES =
  'ai @ai-sdk/openai @ai-sdk/anthropic @ai-sdk/google @ai-sdk/openai-compatible @ai-sdk/groq @ai-sdk/mistral ' +
  '@ai-sdk/cohere @ai-sdk/amazon-bedrock groq-sdk @mistralai/mistralai ollama cohere-ai together-ai axios got ky ' +
  'superagent node-fetch undici zod ' +
  'ai-4@npm:ai@4 openai-of-ai-4@npm:@ai-sdk/openai@1 ai-5@npm:ai@5 openai-of-ai-5@npm:@ai-sdk/openai@2 ' +
  'ai-6@npm:ai@6 openai-of-ai-6@npm:@ai-sdk/openai@3 @langchain/core @langchain/google-genai @langchain/groq ' +
  '@langchain/mistralai @langchain/ollama @langchain/aws @mastra/core genkit @genkit-ai/google-genai ' +
  '@cerebras/cerebras_cloud_sdk @openrouter/sdk @huggingface/inference @google-cloud/vertexai ' +
  '@azure-rest/ai-inference @azure/core-auth @aws-sdk/client-bedrock-runtime nock msw ' +
  '@aws-sdk/client-sagemaker-runtime llama-api-client ai-gateway-provider';
const ADDRESS = '127.0.0.77';
const here = (name) => new URL(name, import.meta.url).pathname;
const folder = resolve(process.argv[2] ?? join(here('../..'), '.cache', 'clients'));
/** npm takes the newest versions for the Node.js that it runs on: this one. */
const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];

function setUp() {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'node_modules'))) {
    writeFileSync(join(folder, 'package.json'), '{"type":"module","private":true}');
    execFileSync(
      'npm',
      [
        'install',
        '--no-audit',
        '--no-fund',
        '--ignore-scripts',
        '--legacy-peer-deps',
        ...PACKAGES.split(' '),
      ],
      { cwd: folder, stdio: 'inherit', env: { ...process.env, PATH } },
    );
  }
  if (existsSync(cert)) return;
  const names = [
    'openai.com',
    'anthropic.com',
    'googleapis.com',
    'groq.com',
    'mistral.ai',
    'cohere.com',
    'deepseek.com',
  ];
  names.push('together.xyz', 'together.ai', 'us-east-1.amazonaws.com', 'vercel.sh', 'cerebras.ai');
  names.push('huggingface.co', 'services.ai.azure.com', 'llama.com', 'ai.cloudflare.com');
  names.push('sagemaker.us-east-1.amazonaws.com');
  const bareNames = ['ollama.com', 'openrouter.ai'].map((name) => `DNS:${name}`);
  const alternatives = [...names.map((name) => `DNS:*.${name}`), ...bareNames].join(',');
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=vendors'];
  execFileSync(
    'openssl',
    [...request, '-addext', `subjectAltName=${alternatives}`, '-keyout', key, '-out', cert],
    { stdio: 'ignore' },
  );
}

/** Runs the application; its lines, and what is on stderr. */
async function run(flags) {
  const vendors = await startVendors({ key: readFileSync(key), cert: readFileSync(cert) }, ADDRESS);
  const env = {
    ...process.env,
    VENDORS: ADDRESS,
    NODE_EXTRA_CA_CERTS: cert,
    AWS_BEARER_TOKEN_BEDROCK: 'test',
    MASTRA_TELEMETRY_DISABLED: '1',
  };
  const args = ['--require', here('hosts.cjs'), ...flags, join(folder, 'app.mjs')];
  for (const name of ['app.mjs', 'more.mjs']) writeFileSync(join(folder, name), readFileSync(here(name)));
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 900_000,
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (part) => {
    out += part;
  });
  child.stderr.on('data', (part) => {
    err += part;
  });
  await once(child, 'close');
  vendors.close();
  return {
    lines: out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
    err,
    requests: vendors.requests,
  };
}

const cell = (value) => (value === undefined ? '–' : String(value));

setUp();
const bare = await run([]);
const traced = await run([
  '--import',
  here('../../packages/auto/dist/hook.js'),
  '--import',
  here('traced.mjs'),
]);
let passed = 0;
let failed = 0;
console.log('| client | version | call | spans | provider | tokens | cost (USD) | application |');
console.log('|---|---|---|---|---|---|---|---|');
for (const [index, { client, version, way, seen, spans }] of traced.lines.entries()) {
  const isSame = JSON.stringify(bare.lines[index]?.seen) === JSON.stringify(seen);
  const hasAnswer = !String(seen).startsWith('threw') && seen !== '';
  const [{ attributes: a = {} } = {}] = spans;
  // A stream of OpenAI's chat has its usage where it is asked for; these vendors always say it.
  const isRight = a['gen_ai.usage.input_tokens'] === 100 && a['gen_ai.usage.output_tokens'] === 20;
  const isMock = client.endsWith('(mock)');
  const isGood = isSame && hasAnswer && (isMock || (spans.length === 1 && isRight));
  if (isGood) passed++;
  else failed++;
  const tokens = `${cell(a['gen_ai.usage.input_tokens'])} / ${cell(a['gen_ai.usage.output_tokens'])}`;
  const application = isSame ? (hasAnswer ? 'same' : `fails: ${String(seen).slice(0, 80)}`) : 'DIFFERS';
  console.log(
    `| ${client} | ${version} | ${way} | ${spans.length} | ${cell(a['gen_ai.provider.name'])} | ${tokens} | ${cell(a['gen_ai.usage.cost'])} | ${application} |`,
  );
}
if (bare.lines.length === 0) console.log(bare.err.slice(0, 2000));
if (traced.err !== bare.err) {
  failed++;
  console.log(`stderr differs:\n${traced.err.slice(0, 2000)}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
