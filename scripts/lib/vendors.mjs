// The vendors with an SDK, as their packages declare them in the field `llmtrace` of package.json.
import { basename } from 'node:path';
import { manifestOf, packageFolders } from './npm.mjs';

/**
 * For each package: the name of its folder (`folder`), the vendor's name in `LLMTRACE_INSTRUMENTATIONS` (`name`), the
 * npm package of the SDK (`sdk`), and the prefix of its copies' folders in test-fixtures/sdks (`sets`).
 */
export const VENDORS = packageFolders().flatMap((folder) => {
  const { llmtrace } = manifestOf(folder);
  return llmtrace?.sdk ? [{ folder: basename(folder), ...llmtrace }] : [];
});

/** The variables that lead the SDKs to the vendor server at `url`. */
export const vendorEnvironment = (url) => ({
  OPENAI_API_KEY: 'sk-test',
  OPENAI_BASE_URL: `${url}/v1`,
  ANTHROPIC_API_KEY: 'sk-ant-test',
  ANTHROPIC_BASE_URL: url,
  GEMINI_API_KEY: 'test',
  GOOGLE_GEMINI_BASE_URL: url,
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url,
  // On Node.js 20, AWS's SDK warns that later versions need a newer Node.js.
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});
