/**
 * The **hosts** that serve models: which provider each is, whose price list holds there, and the region that the host
 * or the path names. Hosts are matched by whole labels, so that a look-alike (`api.openai.com.example.org`) is never
 * taken for a vendor. A host that is not here, and a private one, has no price list: the same name of a model may cost
 * nothing there, or ten times as much.
 */
import { lookUp } from '../platform/bounds.ts';
import { isLocalHost } from '../platform/local-host.ts';

/** The facts that a URL shows about the host. */
export interface HostProvider {
  /** A value of `gen_ai.provider.name`. */
  readonly name: string;
  /** The provider whose prices apply; undefined if the price book has none, or if the answer must name it. */
  readonly priceProvider: string | undefined;
  /** As the host or the path names it: `us-east-1`, `europe-west4`, `eu`, `global`. */
  readonly region: string | undefined;
  /** How usage objects of OpenAI's family are to be read there. */
  readonly dialect: UsageDialect;
}

/**
 * Deviations of a provider in OpenAI's usage object that the object itself does not show: `google` counts thinking in
 * the total alone; `x_ai` does not count reasoning in the output of chats, but in the total; `perplexity` counts it
 * in neither.
 */
export type UsageDialect = 'openai' | 'google' | 'x_ai' | 'perplexity';

/** The dialect of a provider, by `gen_ai.provider.name`. */
export const dialectOf = (provider: string): UsageDialect => lookUp(DIALECTS, provider) ?? 'openai';

const DIALECTS: Readonly<Record<string, UsageDialect>> = {
  'gcp.gemini': 'google',
  'gcp.vertex_ai': 'google',
  'gcp.gen_ai': 'google',
  x_ai: 'x_ai',
  perplexity: 'perplexity',
};

interface Row {
  readonly host: RegExp;
  readonly name: string;
  /** @default `name`; null if no prices apply until the answer names a provider */
  readonly prices?: string | null;
  /** A pattern that the path must match, too. */
  readonly path?: RegExp;
}

/** A group `region` of either pattern is the region. The first row that matches wins. */
const row = (host: RegExp, name: string, rest: Omit<Row, 'host' | 'name'> = {}): Row => ({
  host,
  name,
  ...rest,
});

const AZURE_TLD = '(?:com|us|cn)';
const azure = (host: string): RegExp => new RegExp(`^(?:.+\\.)?${host}\\.azure\\.${AZURE_TLD}$`);

const AZURE: readonly Row[] = [
  row(azure('openai'), 'azure.ai.openai'),
  row(azure('cognitiveservices'), 'azure.ai.openai'),
  row(azure('models\\.ai'), 'azure.ai.inference'),
  // by itself, or of a project (@azure/ai-projects)
  row(azure('services\\.ai'), 'azure.ai.openai', {
    path: /^\/(?:(?:api\/projects\/[^/]+\/)?openai(?:\/|$)|api\/projects\/[^/]+\/(?:agents|applications)\/)/,
  }),
  // `/providers` has the APIs of Cohere, Mistral and others as they are.
  row(azure('services\\.ai'), 'azure.ai.inference', { path: /^\/(?:models|providers)(?:\/|$)/ }),
  row(azure('services\\.ai'), 'anthropic', { path: /^\/anthropic(?:\/|$)/, prices: 'azure' }),
];

const AWS_REGION = '(?<region>[a-z0-9-]+)';

const AMAZON: readonly Row[] = [
  row(new RegExp(`^bedrock-runtime(?:-fips)?\\.${AWS_REGION}\\.amazonaws\\.com(?:\\.cn)?$`), 'aws.bedrock'),
  row(new RegExp(`^bedrock-mantle(?:-fips)?\\.${AWS_REGION}\\.amazonaws\\.com(?:\\.cn)?$`), 'aws.bedrock'),
  row(
    new RegExp(
      `^vpce-[^.]+\\.bedrock-(?:runtime|mantle)(?:-fips)?\\.${AWS_REGION}\\.vpce\\.amazonaws\\.com$`,
    ),
    'aws.bedrock',
  ),
];

/** Hosts of vendors whose models the price book does not have, and of gateways, whose answers must state the cost. */
const unpriced = (host: RegExp, name: string, path?: RegExp): Row =>
  row(host, name, { prices: null, ...(path && { path }) });

const SERVING = /^\/(?:serving-endpoints|ai-gateway)(?:\/|$)/;

/** Segments of the path of Cloudflare's gateway that name a provider. `compat` names none. */
const CLOUDFLARE_SEGMENTS: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  groq: 'groq',
  mistral: 'mistral_ai',
  deepseek: 'deepseek',
  'perplexity-ai': 'perplexity',
  grok: 'x_ai',
  'google-ai-studio': 'gcp.gemini',
  'google-vertex-ai': 'gcp.vertex_ai',
  'aws-bedrock': 'aws.bedrock',
  'azure-openai': 'azure.ai.openai',
  'workers-ai': 'cloudflare',
  openrouter: 'openrouter',
  cohere: 'cohere',
  cerebras: 'cerebras',
  baseten: 'baseten',
  replicate: 'replicate',
};

/** Segments of the path of Hugging Face's router that name who serves a call, and whose prices there are known. */
const HUGGING_FACE_SEGMENTS =
  'cerebras fireworks-ai groq hyperbolic nebius novita nscale ovhcloud publicai sambanova together'.split(
    ' ',
  );

/** By the last two labels of a host, so that a host of anything else costs one look into a table. */
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  'openai.com': [row(/^(?:(?<region>.+)\.)?api\.openai\.com$/, 'openai')],
  'anthropic.com': [
    row(/^api\.anthropic\.com$/, 'anthropic'),
    row(/^.+\.azure\.anthropic\.com$/, 'anthropic', { prices: 'azure' }),
  ],
  'azure.com': AZURE,
  'azure.us': AZURE,
  'azure.cn': AZURE,
  'azure-api.net': [row(/^.+\.azure-api\.net$/, 'azure.ai.openai', { path: /^\/(?:.+\/)?openai(?:\/|$)/ })],
  'amazonaws.com': [
    ...AMAZON,
    unpriced(
      new RegExp(`^runtime\\.sagemaker(?:-fips)?\\.${AWS_REGION}\\.amazonaws\\.com$`),
      'aws.sagemaker',
    ),
  ],
  'com.cn': AMAZON,
  'api.aws': [
    row(new RegExp(`^bedrock-(?:runtime|mantle)(?:-fips)?\\.${AWS_REGION}\\.api\\.aws$`), 'aws.bedrock'),
    row(new RegExp(`^aws-external-anthropic\\.${AWS_REGION}\\.api\\.aws$`), 'anthropic'),
  ],
  'googleapis.com': [
    row(/^generativelanguage\.googleapis\.com$/, 'gcp.gemini'),
    row(/^(?:(?<region>[a-z0-9-]+)-)?aiplatform\.googleapis\.com$/, 'gcp.vertex_ai'),
    row(/^aiplatform\.(?<region>[a-z0-9-]+)\.rep\.googleapis\.com$/, 'gcp.vertex_ai'),
    row(/^firebasevertexai\.googleapis\.com$/, 'gcp.vertex_ai', { path: /\/locations\// }),
    row(/^firebasevertexai\.googleapis\.com$/, 'gcp.gemini'),
  ],
  // Endpoints of one's own are billed by the hour.
  'vertexai.goog': [
    unpriced(/^.+\.(?<region>[a-z]+-[a-z]+\d+)-\d+\.prediction\.vertexai\.goog$/, 'gcp.vertex_ai'),
  ],
  'groq.com': [row(/^api\.groq\.com$/, 'groq')],
  'deepseek.com': [row(/^api\.deepseek\.com$/, 'deepseek')],
  'mistral.ai': [row(/^(?:api|codestral)\.mistral\.ai$/, 'mistral_ai')],
  'x.ai': [row(/^(?:(?<region>[a-z0-9-]+)\.)?api\.x\.ai$/, 'x_ai')],
  'perplexity.ai': [row(/^api\.perplexity\.ai$/, 'perplexity')],
  'moonshot.ai': [row(/^api\.moonshot\.ai$/, 'moonshot_ai')],
  'moonshot.cn': [row(/^api\.moonshot\.cn$/, 'moonshot_ai')],
  'cohere.com': [row(/^api\.cohere\.com$/, 'cohere')],
  'cohere.ai': [row(/^api\.cohere\.ai$/, 'cohere')],
  'ibm.com': [row(/^(?:(?<region>.+)\.)?ml\.cloud\.ibm\.com$/, 'ibm.watsonx.ai')],
  'openrouter.ai': [row(/^(?:api\.)?openrouter\.ai$/, 'openrouter')],
  'together.xyz': [row(/^api\.together\.xyz$/, 'together_ai')],
  'together.ai': [row(/^api\.together\.ai$/, 'together_ai')],
  'fireworks.ai': [row(/^(?:audio-[a-z-]+\.)?api\.fireworks\.ai$/, 'fireworks_ai')],
  'cerebras.ai': [row(/^api\.cerebras\.ai$/, 'cerebras')],
  // A coding plan is a subscription: its calls have no price.
  'z.ai': [unpriced(/^api\.z\.ai$/, 'z_ai', /^\/api\/coding\//), row(/^api\.z\.ai$/, 'z_ai')],
  'bigmodel.cn': [
    unpriced(/^open\.bigmodel\.cn$/, 'zhipu', /^\/api\/coding\//),
    row(/^open\.bigmodel\.cn$/, 'zhipu'),
  ],
  'minimax.io': [row(/^api\.minimax\.io$/, 'minimax')],
  'minimax.com': [row(/^api\.minimax\.com$/, 'minimax')],
  'minimaxi.com': [row(/^api\.minimaxi\.com$/, 'minimax')],
  'minimax.chat': [row(/^api\.minimax\.chat$/, 'minimax')],
  'novita.ai': [row(/^api\.novita\.ai$/, 'novita')],
  // Deployments of one's own are billed by the minute.
  'baseten.co': [
    row(/^inference\.baseten\.co$/, 'baseten'),
    unpriced(/^(?:model|chain)-[a-z0-9]+\.api\.baseten\.co$/, 'baseten'),
  ],
  'arcee.ai': [row(/^api\.arcee\.ai$/, 'arcee')],
  'ovh.net': [row(/^oai\.endpoints\.kepler\.ai\.cloud\.ovh\.net$/, 'ovhcloud')],
  'modal.run': [row(/^.+\.modal\.run$/, 'modal')],
  'modal.direct': [row(/^.+\.modal\.direct$/, 'modal')],
  'avian.io': [row(/^api\.avian\.io$/, 'avian')],
  'doubleword.ai': [row(/^api\.doubleword\.ai$/, 'doubleword')],
  'githubcopilot.com': [row(/^api\.githubcopilot\.com$/, 'github_copilot')],
  'voyageai.com': [row(/^api\.voyageai\.com$/, 'voyageai')],
  'cloudflare.com': [
    row(/^api\.cloudflare\.com$/, 'cloudflare', { path: /^\/client\/v4\/accounts\/[^/]+\/ai\// }),
    ...Object.entries(CLOUDFLARE_SEGMENTS).map(([segment, name]) =>
      row(/^gateway\.ai\.cloudflare\.com$/, name, { path: new RegExp(`^/v1/[^/]+/[^/]+/${segment}(?:/|$)`) }),
    ),
    unpriced(/^gateway\.ai\.cloudflare\.com$/, 'cloudflare'),
  ],
  'typesafe.ai': [unpriced(/^api\.typesafe\.ai$/, 'typesafe')],
  'upstage.ai': [unpriced(/^api\.upstage\.ai$/, 'upstage')],
  // Proxies of Helicone, which pass requests on with the key of the application. Its newer gateway chooses the provider.
  'helicone.ai': [
    row(/^oai\.helicone\.ai$/, 'openai'),
    row(/^anthropic\.helicone\.ai$/, 'anthropic'),
    unpriced(/^ai-gateway\.helicone\.ai$/, 'helicone'),
  ],
  'huggingface.co': [
    ...HUGGING_FACE_SEGMENTS.map((segment) =>
      row(/^router\.huggingface\.co$/, 'hugging_face', {
        path: new RegExp(`^/${segment}(?:/|$)`),
        prices: `huggingface_${segment}`,
      }),
    ),
    unpriced(/^router\.huggingface\.co$/, 'hugging_face'),
  ],
  'vercel.sh': [unpriced(/^ai-gateway\.vercel\.sh$/, 'vercel_ai_gateway')],
  // By itself, of a workspace, and of the coding plan.
  'aliyuncs.com': [
    row(/^dashscope(?:-(?<region>[a-z]+))?\.aliyuncs\.com$/, 'alibaba'),
    row(/^[^.]+\.(?<region>[a-z0-9-]+)\.maas\.aliyuncs\.com$/, 'alibaba'),
    unpriced(/^coding(?:-[a-z]+)?\.dashscope\.aliyuncs\.com$/, 'alibaba'),
  ],
  'deepinfra.com': [row(/^api\.deepinfra\.com$/, 'deepinfra')],
  'replicate.com': [row(/^api\.replicate\.com$/, 'replicate')],
  'jina.ai': [row(/^(?:api|deepsearch)\.jina\.ai$/, 'jina')],
  'sambanova.ai': [row(/^api\.sambanova\.ai$/, 'sambanova')],
  'nebius.com': [row(/^api\.(?:studio|tokenfactory(?:\.(?<region>[a-z0-9-]+))?)\.nebius\.com$/, 'nebius')],
  'hyperbolic.xyz': [unpriced(/^api\.hyperbolic\.xyz$/, 'hyperbolic')],
  'ai21.com': [unpriced(/^api\.ai21\.com$/, 'ai21')],
  'dify.ai': [unpriced(/^api\.dify\.ai$/, 'dify')],
  'coze.com': [unpriced(/^api\.coze\.com$/, 'coze')],
  'coze.cn': [unpriced(/^api\.coze\.cn$/, 'coze')],
  'letta.com': [unpriced(/^api\.letta\.com$/, 'letta')],
  'writer.com': [unpriced(/^api\.writer\.com$/, 'writer')],
  'reka.ai': [unpriced(/^api\.reka\.ai$/, 'reka')],
  'llama.com': [unpriced(/^api\.llama\.com$/, 'meta')],
  'stepfun.com': [unpriced(/^api\.stepfun\.com$/, 'stepfun')],
  'stepfun.ai': [unpriced(/^api\.stepfun\.ai$/, 'stepfun')],
  'volces.com': [unpriced(/^ark\.(?<region>[a-z0-9-]+)\.volces\.com$/, 'volcengine')],
  'bytepluses.com': [unpriced(/^ark\.(?<region>[a-z0-9-]+)\.bytepluses\.com$/, 'volcengine')],
  'baidubce.com': [unpriced(/^qianfan\.(?:[a-z]+\.)?baidubce\.com$/, 'baidu')],
  'tencent.com': [unpriced(/^api\.hunyuan\.cloud\.tencent\.com$/, 'tencent')],
  'nvidia.com': [unpriced(/^(?:integrate|ai)\.api\.nvidia\.com$/, 'nvidia')],
  'databricks.com': [unpriced(/^.+\.databricks\.com$/, 'databricks', SERVING)],
  'azuredatabricks.net': [unpriced(/^.+\.azuredatabricks\.net$/, 'databricks', SERVING)],
  'snowflakecomputing.com': [
    unpriced(/^.+\.snowflakecomputing\.com$/, 'snowflake', /^\/api\/v2\/cortex(?:\/|$)/),
  ],
  'oraclecloud.com': [
    unpriced(/^inference\.generativeai\.(?<region>[a-z0-9-]+)\.oci\.oraclecloud\.com$/, 'oracle.oci'),
  ],
  'requesty.ai': [unpriced(/^router(?:\.(?<region>[a-z]+))?\.requesty\.ai$/, 'requesty')],
  'portkey.ai': [unpriced(/^api\.portkey\.ai$/, 'portkey')],
  'chutes.ai': [unpriced(/^llm\.chutes\.ai$/, 'chutes')],
  'friendli.ai': [unpriced(/^api\.friendli\.ai$/, 'friendli')],
  'scaleway.ai': [unpriced(/^api\.scaleway\.ai$/, 'scaleway')],
  'inceptionlabs.ai': [unpriced(/^api\.inceptionlabs\.ai$/, 'inception')],
  'venice.ai': [unpriced(/^api\.venice\.ai$/, 'venice')],
  'featherless.ai': [unpriced(/^api\.featherless\.ai$/, 'featherless')],
  'siliconflow.com': [unpriced(/^api\.siliconflow\.com$/, 'siliconflow')],
  'siliconflow.cn': [unpriced(/^api\.siliconflow\.cn$/, 'siliconflow')],
  'do-ai.run': [unpriced(/^inference\.do-ai\.run$/, 'digitalocean')],
  'mongodb.com': [unpriced(/^ai\.mongodb\.com$/, 'voyageai')],
  'mixedbread.com': [unpriced(/^api\.mixedbread\.com$/, 'mixedbread')],
  'nomic.ai': [unpriced(/^api-atlas\.nomic\.ai$/, 'nomic')],
  'pinecone.io': [unpriced(/^api\.pinecone\.io$/, 'pinecone', /^\/(?:embed|rerank)$/)],
  'huggingface.cloud': [unpriced(/^.+\.endpoints\.huggingface\.cloud$/, 'hugging_face')],
  'kimi.com': [unpriced(/^api\.kimi\.com$/, 'moonshot_ai', /^\/coding(?:\/|$)/)],
  'ollama.com': [unpriced(/^ollama\.com$/, 'ollama')],
};

/** Every provider that has a host here, with the provider whose prices apply; for lists in documents. */
export const hostProviders = (): { name: string; prices: string | null }[] =>
  Object.values(ROWS).flatMap((rows) =>
    rows.map(({ name, prices }) => ({ name, prices: prices === undefined ? name : prices })),
  );

/** Vertex AI names the region in the path, too. */
const LOCATION = /\/locations\/([a-z0-9-]+)(?:\/|$)/;

/** Paths of Ollama's own API, which no other server of models has. */
const OLLAMA = /^\/api\/(?:chat|generate|embed|embeddings)$/;
/** Paths at which LM Studio, on its default port, speaks with its SDK over WebSockets. */
const LM_STUDIO = /^\/(?:llm|embedding)$/;

/**
 * The host of a URL. Undefined if it is not known to serve models.
 * @throws never; a text that is no URL has no host.
 */
export function providerOf(url: string | URL): HostProvider | undefined {
  const parsed = typeof url === 'string' ? parseUrl(url) : url;
  if (parsed === null) return undefined;
  const { hostname, pathname } = parsed;
  for (const candidate of lookUp(ROWS, lastLabels(hostname)) ?? NO_ROWS) {
    const found = match(candidate, hostname, pathname);
    if (found) return found;
  }
  return isLocalHost(hostname) ? localServer(parsed) : undefined;
}

function localServer({ pathname, port }: URL): HostProvider | undefined {
  if (OLLAMA.test(pathname)) return unpricedAt('ollama');
  return port === '1234' && LM_STUDIO.test(pathname) ? unpricedAt('lm_studio') : undefined;
}

const NO_ROWS: readonly Row[] = [];

const unpricedAt = (name: string): HostProvider => ({
  name,
  priceProvider: undefined,
  region: undefined,
  dialect: 'openai',
});

function match(
  { host, path, name, prices }: Row,
  hostname: string,
  pathname: string,
): HostProvider | undefined {
  const byHost = host.exec(hostname);
  if (!byHost || (path && !path.test(pathname))) return undefined;
  const region = byHost.groups?.['region'] ?? LOCATION.exec(pathname)?.[1];
  return {
    name,
    priceProvider: prices === null ? undefined : (prices ?? name),
    region,
    dialect: dialectOf(name),
  };
}

function lastLabels(host: string): string {
  const last = host.lastIndexOf('.');
  return host.slice(host.lastIndexOf('.', last - 1) + 1);
}

export function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
