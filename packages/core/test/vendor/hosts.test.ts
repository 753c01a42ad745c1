import assert from 'node:assert/strict';
import { providerOf } from '../../src/vendor/hosts.ts';

/** Prices are the provider's own where no other provider is named. */
type Case = readonly [url: string, name: string, region?: string | undefined, prices?: string | null];

const VERTEX = '/v1/projects/p/locations';
const CASES: readonly Case[] = [
  ['https://api.openai.com/v1', 'openai'],
  ['https://api.minimaxi.com/v1', 'minimax'],
  ['https://api.minimax.com/v1', 'minimax'],
  ['https://api.openrouter.ai/v1', 'openrouter'],
  ['https://me--app.modal.direct/v1', 'modal'],
  ['https://api.avian.io/v1', 'avian'],
  ['https://api.doubleword.ai/v1', 'doubleword'],
  ['https://api.tokenfactory.nebius.com/v1', 'nebius'],
  ['https://api.tokenfactory.us-central1.nebius.com/v1', 'nebius', 'us-central1'],
  ['https://ws1.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1', 'alibaba', 'ap-southeast-1'],
  ['https://coding-intl.dashscope.aliyuncs.com/v1', 'alibaba', undefined, null],
  ['https://model-abc123.api.baseten.co/environments/production/sync/v1', 'baseten', undefined, null],
  ['https://router.huggingface.co/groq/openai/v1', 'hugging_face', undefined, 'huggingface_groq'],
  ['https://router.huggingface.co/other/v1', 'hugging_face', undefined, null],
  ['https://x.us-east-1.aws.endpoints.huggingface.cloud/v1', 'hugging_face', undefined, null],
  ['https://r.services.ai.azure.com/providers/cohere/v2/rerank', 'azure.ai.inference'],
  ['https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/e', 'aws.sagemaker', 'us-east-1', null],
  ['https://dbc-1.cloud.databricks.com/serving-endpoints/e/invocations', 'databricks', undefined, null],
  ['https://adb-1.2.azuredatabricks.net/serving-endpoints', 'databricks', undefined, null],
  ['https://acme.snowflakecomputing.com/api/v2/cortex/inference:complete', 'snowflake', undefined, null],
  [
    'https://inference.generativeai.us-chicago-1.oci.oraclecloud.com/openai/v1',
    'oracle.oci',
    'us-chicago-1',
    null,
  ],
  ['https://ark.cn-beijing.volces.com/api/v3', 'volcengine', 'cn-beijing', null],
  ['https://ark.ap-southeast.bytepluses.com/api/v3', 'volcengine', 'ap-southeast', null],
  ['https://integrate.api.nvidia.com/v1', 'nvidia', undefined, null],
  ['https://qianfan.baidubce.com/v2', 'baidu', undefined, null],
  ['https://api.hunyuan.cloud.tencent.com/v1', 'tencent', undefined, null],
  ['https://router.requesty.ai/v1', 'requesty', undefined, null],
  ['https://api.portkey.ai/v1', 'portkey', undefined, null],
  ['https://ai-gateway.helicone.ai/v1', 'helicone', undefined, null],
  ['https://api.pinecone.io/rerank', 'pinecone', undefined, null],
  ['https://ai.mongodb.com/v1', 'voyageai', undefined, null],
  ['https://us.api.openai.com/v1', 'openai', 'us'],
  ['https://api.anthropic.com/v1/messages', 'anthropic'],
  ['https://aws-external-anthropic.us-east-1.api.aws/v1/messages', 'anthropic', 'us-east-1'],
  ['https://r.azure.anthropic.com/v1/messages', 'anthropic', undefined, 'azure'],
  ['https://r.services.ai.azure.com/anthropic/v1/messages', 'anthropic', undefined, 'azure'],
  ['https://r.services.ai.azure.com/openai/v1', 'azure.ai.openai'],
  ['https://r.services.ai.azure.com/api/projects/p/openai/v1', 'azure.ai.openai'],
  ['https://r.services.ai.azure.com/api/projects/p/agents/a/endpoint/protocols/openai', 'azure.ai.openai'],
  ['https://r.services.ai.azure.com/api/projects/p/applications/a/protocols/openai', 'azure.ai.openai'],
  ['https://firebasevertexai.googleapis.com/v1beta/projects/p/models/gemini-3-pro', 'gcp.gemini'],
  [
    'https://firebasevertexai.googleapis.com/v1beta/projects/p/locations/global/publishers/google',
    'gcp.vertex_ai',
    'global',
  ],
  ['https://deepsearch.jina.ai/v1', 'jina'],
  ['https://audio-turbo.api.fireworks.ai/v1', 'fireworks_ai'],
  ['https://r.services.ai.azure.com/models/chat/completions', 'azure.ai.inference'],
  ['https://r.openai.azure.us/openai', 'azure.ai.openai'],
  ['https://r.cognitiveservices.azure.com/openai', 'azure.ai.openai'],
  ['https://d.eastus.models.ai.azure.com/v1', 'azure.ai.inference'],
  ['https://mine.azure-api.net/openai/deployments/d/chat/completions', 'azure.ai.openai'],
  ['https://mine.azure-api.net/team/openai/v1/responses', 'azure.ai.openai'],
  ['https://bedrock-runtime.us-east-1.amazonaws.com', 'aws.bedrock', 'us-east-1'],
  ['https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com', 'aws.bedrock', 'us-gov-west-1'],
  ['https://bedrock-runtime.cn-north-1.amazonaws.com.cn', 'aws.bedrock', 'cn-north-1'],
  ['https://vpce-0a1b-2c3d.bedrock-runtime.eu-west-1.vpce.amazonaws.com', 'aws.bedrock', 'eu-west-1'],
  ['https://bedrock-mantle.us-west-2.api.aws/openai/v1', 'aws.bedrock', 'us-west-2'],
  ['https://generativelanguage.googleapis.com/v1beta/openai', 'gcp.gemini'],
  ['https://aiplatform.googleapis.com/v1/publishers/google', 'gcp.vertex_ai'],
  [`https://aiplatform.googleapis.com${VERTEX}/global/publishers`, 'gcp.vertex_ai', 'global'],
  [`https://europe-west4-aiplatform.googleapis.com${VERTEX}/europe-west4/x`, 'gcp.vertex_ai', 'europe-west4'],
  ['https://aiplatform.eu.rep.googleapis.com/v1', 'gcp.vertex_ai', 'eu'],
  ['https://api.groq.com/openai/v1', 'groq'],
  ['https://api.deepseek.com/anthropic', 'deepseek'],
  ['https://api.mistral.ai/v1', 'mistral_ai'],
  ['https://codestral.mistral.ai/v1', 'mistral_ai'],
  ['https://api.x.ai/v1', 'x_ai'],
  ['https://us-east-1.api.x.ai/v1', 'x_ai', 'us-east-1'],
  ['https://api.perplexity.ai', 'perplexity'],
  ['https://api.cohere.com/v2', 'cohere'],
  ['https://eu-de.ml.cloud.ibm.com/ml/v1', 'ibm.watsonx.ai', 'eu-de'],
  ['https://openrouter.ai/api/v1', 'openrouter'],
  ['https://api.together.xyz/v1', 'together_ai'],
  ['https://api.fireworks.ai/inference/v1', 'fireworks_ai'],
  ['https://api.cerebras.ai/v1', 'cerebras'],
  ['https://api.moonshot.cn/v1', 'moonshot_ai'],
  ['https://api.kimi.com/coding/v1', 'moonshot_ai', undefined, null],
  ['https://api.z.ai/api/paas/v4', 'z_ai'],
  ['https://api.z.ai/api/coding/paas/v4', 'z_ai', undefined, null],
  ['https://open.bigmodel.cn/api/paas/v4', 'zhipu'],
  ['https://api.minimax.io/v1', 'minimax'],
  ['https://api.novita.ai/v3/openai', 'novita'],
  ['https://inference.baseten.co/v1', 'baseten'],
  ['https://api.arcee.ai/v1', 'arcee'],
  ['https://oai.endpoints.kepler.ai.cloud.ovh.net/v1', 'ovhcloud'],
  ['https://me--app.modal.run/v1', 'modal'],
  ['https://api.githubcopilot.com/chat/completions', 'github_copilot'],
  ['https://api.voyageai.com/v1', 'voyageai'],
  ['https://api.cloudflare.com/client/v4/accounts/a/ai/v1/chat/completions', 'cloudflare'],
  ['https://gateway.ai.cloudflare.com/v1/a/g/openai/chat/completions', 'openai'],
  ['https://api.typesafe.ai/v1/systemone', 'typesafe', undefined, null],
  ['https://api.upstage.ai/v1', 'upstage', undefined, null],
  ['https://oai.helicone.ai/v1', 'openai'],
  ['https://anthropic.helicone.ai', 'anthropic'],
  ['https://gateway.ai.cloudflare.com/v1/a/g/google-ai-studio/v1beta', 'gcp.gemini'],
  ['https://gateway.ai.cloudflare.com/v1/a/g/compat/chat/completions', 'cloudflare', undefined, null],
  ['https://router.huggingface.co/v1', 'hugging_face', undefined, null],
  ['https://ai-gateway.vercel.sh/v1', 'vercel_ai_gateway', undefined, null],
  ['https://dashscope-intl.aliyuncs.com/compatible-mode/v1', 'alibaba', 'intl'],
  ['https://api.deepinfra.com/v1/openai', 'deepinfra'],
  ['http://localhost:11434/api/chat', 'ollama', undefined, null],
  ['http://127.0.0.1:1234/llm', 'lm_studio', undefined, null],
  ['https://ollama.com/v1', 'ollama', undefined, null],
];

describe('the provider of a URL', () => {
  for (const [url, name, region, prices = name] of CASES) {
    it(`is ${name} at ${url}`, () => {
      const provider = providerOf(url);
      assert.equal(provider?.name, name);
      assert.equal(provider?.region, region);
      assert.equal(provider?.priceProvider ?? null, prices);
    });
  }

  const UNKNOWN = [
    'http://localhost:1234/v1',
    'http://127.0.0.1:8080/v1/chat/completions',
    'http://10.1.2.3/v1',
    'http://[::1]/v1',
    'http://llm.internal/v1',
    'https://api.openai.com.example.org/v1',
    'https://xapi.openai.com/v1',
    'https://platform.openai.com/v1',
    'https://api.cloudflare.com/client/v4/zones',
    'https://mine.azure-api.net/other/openairy',
    'https://r.services.ai.azure.com/modelsets',
    'https://storage.googleapis.com/v1',
    'https://constructor',
    'not a url',
  ];
  for (const url of UNKNOWN) {
    it(`is no provider at ${url}`, () => assert.equal(providerOf(url), undefined));
  }

  it('has the dialect of its usage', () => {
    assert.equal(providerOf('https://api.x.ai/v1')?.dialect, 'x_ai');
    assert.equal(providerOf('https://generativelanguage.googleapis.com/v1beta/openai')?.dialect, 'google');
    assert.equal(providerOf('https://api.openai.com/v1')?.dialect, 'openai');
  });
});
