// The SDK in the format that FORMAT names.
import { sdkLoader } from '@llmtrace/test-fixtures/operations-app';

export const load = sdkLoader((file) =>
  file.replace(/([\\/])cjs([\\/])/, '$1esm$2').replace(/(modelcontextprotocol.*)\.cjs$/, '$1.mjs'),
);
