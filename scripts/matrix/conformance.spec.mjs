// The conformance suite of one vendor with one version of its SDK, against what is built: for Node.js versions that
// cannot run the TypeScript sources. `CASE` and `SET` say which.
import { describeAllCopies, describeConformance } from '@llmtrace/test-fixtures/conformance';

const CLASSES = {
  openai: 'OpenAIInstrumentation',
  anthropic: 'AnthropicInstrumentation',
  'google-genai': 'GoogleGenAIInstrumentation',
  'google-generative-ai': 'GoogleGenerativeAIInstrumentation',
  'aws-bedrock': 'AwsBedrockInstrumentation',
};

const { CASE, SET } = process.env;
const { vendorCase } = await import(`@llmtrace/test-fixtures/cases/${CASE}`);
const module = import.meta.resolve(`@llmtrace/instrumentation-${CASE}`);
const className = CLASSES[CASE];
const { [className]: Instrumentation } = await import(module);

const vendor = { ...vendorCase, sets: [SET] };
const subject = { create: (config) => new Instrumentation(config), module, className };
describeConformance(vendor, subject);
describeAllCopies(vendor, subject);
