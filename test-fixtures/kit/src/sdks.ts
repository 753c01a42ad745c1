/** The copies of vendor SDKs that tests run against, each as CommonJS and as ES modules. */
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';

/** The two builds of a package; their classes are different ones. */
export type Format = 'cjs' | 'esm';

/** Which copy of an SDK. */
export interface SdkName {
  /** A folder of `test-fixtures/sdks`. */
  readonly set: string;
  /** The npm package. */
  readonly package: string;
  readonly format: Format;
}

/** A copy, as far as it is known without loading it. */
export interface SdkInfo extends SdkName {
  readonly version: string;
  readonly major: number;
}

/** A loaded copy. */
export interface Sdk extends SdkInfo {
  /** What `require` or `import` gave. */
  readonly exports: any;
}

const SETS = new URL('../../sdks/', import.meta.url);

/** Looks a copy up. */
export function sdkInfo({ set, package: name, format }: SdkName): SdkInfo {
  const folder = `/node_modules/${name}/`;
  const main = requireOf({ set, package: name, format }).resolve(name);
  const manifest = `${main.slice(0, main.lastIndexOf(folder) + folder.length)}package.json`;
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
  return { set, package: name, format, version, major: Number.parseInt(version, 10) };
}

/**
 * Loads a copy from its set's folder, as an application there would: by the package's name, which is how
 * hooks know its main module.
 */
export async function loadSdk(name: SdkName): Promise<Sdk> {
  const info = sdkInfo(name);
  if (name.format === 'cjs') return { ...info, exports: requireOf(name)(name.package) };
  const application = new Script(`import(${JSON.stringify(name.package)})`, {
    filename: fileURLToPath(new URL(`${name.set}/app.mjs`, SETS)),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return { ...info, exports: await withoutWarnings(() => application.runInThisContext()) };
}

/** The way above is marked as experimental: said in the output of every test run, that helps nobody. */
function withoutWarnings<T>(run: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return run();
  } finally {
    process.emitWarning = emitWarning;
  }
}

const requireOf = ({ set }: SdkName): NodeJS.Require =>
  module.createRequire(new URL(`${set}/package.json`, SETS));

/**
 * The ES modules that the hook may wrap: those that any instrumentation of llmtrace patches, and nothing
 * else. A hook over everything breaks packages whose modules change their exports after loading.
 */
const HOOKED = [
  /\/node_modules\/(?:openai|@anthropic-ai\/sdk)\/(?:index|resources\/.*)\.mjs$/,
  /\/node_modules\/@google\/(?:genai|generative-ai)\/dist\/(?:\w+\/)?index\.mjs$/,
  // It has no ES modules.
  /\/node_modules\/@aws-sdk\/client-bedrock-runtime\/dist-cjs\/index\.js$/,
];

let hooked = false;

/**
 * Lets instrumentations see ES modules. It must run before an SDK is imported; later calls do nothing.
 * The hook is the one that `@opentelemetry/instrumentation` itself uses: two copies do not know each other.
 */
export async function hookVendorModules(): Promise<void> {
  if (hooked) return;
  hooked = true;
  const { resolve } = module.createRequire(otelInstrumentation());
  const hooks = await import(pathToFileURL(resolve('import-in-the-middle/register-hooks.mjs')).href);
  if (hooks.supportsSyncHooks()) return hooks.register({ include: HOOKED });
  module.register(pathToFileURL(resolve('import-in-the-middle/hook.mjs')), { data: { include: HOOKED } });
}

/** Where the copy of `@opentelemetry/instrumentation` is that llmtrace uses. */
export const otelInstrumentation = (): string =>
  module.createRequire(import.meta.resolve('@llmtrace/core')).resolve('@opentelemetry/instrumentation');

const runsSources = import.meta.url.endsWith('.ts');

/** The path of a file of the kit, which is a `.ts` or a `.js` file as this one is. */
export const kitFile = (name: string): string =>
  fileURLToPath(new URL(name + (runsSources ? '.ts' : '.js'), import.meta.url));

/** The flags that such a file runs with: the sources import each other's sources, the build what is built. */
export const KIT_FLAGS: readonly string[] = [
  ...(runsSources ? ['--conditions=llmtrace:source'] : []),
  '--no-warnings',
];
