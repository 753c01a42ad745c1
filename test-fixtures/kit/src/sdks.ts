/** The copies of vendor SDKs that tests run against, each as CommonJS and as ES modules. */
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';

/** The two builds of a package; their classes are different ones. */
export type Format = 'cjs' | 'esm';

/** Identifies a copy of an SDK. */
export interface SdkName {
  /** A folder of `test-fixtures/sdks`. */
  readonly set: string;
  /** The npm package. */
  readonly package: string;
  readonly format: Format;
}

/** The facts of a copy that are known without loading it. */
export interface SdkInfo extends SdkName {
  readonly version: string;
  readonly major: number;
}

/** A loaded copy. */
export interface Sdk extends SdkInfo {
  /** The result of `require` or `import`. */
  readonly exports: any;
}

const SETS = new URL('../../sdks/', import.meta.url);

/** The path of a set's `package.json`, from which its packages are resolved. */
export const sdkManifest = (set: string): string => fileURLToPath(new URL(`${set}/package.json`, SETS));

/** Finds a copy and reads its version. */
export function sdkInfo({ set, package: name, format }: SdkName): SdkInfo {
  const folder = `/node_modules/${name}/`;
  const main = requireOf({ set, package: name, format }).resolve(name);
  const manifest = `${main.slice(0, main.lastIndexOf(folder) + folder.length)}package.json`;
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
  return { set, package: name, format, version, major: Number.parseInt(version, 10) };
}

/**
 * Loads a copy as an application in the set's folder does: by the name of the package, by which module hooks
 * recognise its main module.
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

/** Suppresses the warning that `vm`'s dynamic import is experimental, which each test run would print. */
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
 * The ES modules that the hook wraps: those that an instrumentation of llmtrace patches. A hook that wraps all
 * modules breaks packages whose modules change their exports after they have loaded.
 */
export const HOOKED: readonly RegExp[] = [
  /\/node_modules\/(?:openai|@anthropic-ai\/sdk)\/(?:index|resources\/.*)\.mjs$/,
  /\/node_modules\/@google\/(?:genai|generative-ai)\/dist\/(?:\w+\/)?index\.mjs$/,
  // It has no ES modules.
  /\/node_modules\/@aws-sdk\/client-bedrock-runtime\/dist-cjs\/index\.js$/,
];

let hooked = false;

/**
 * Registers the hook through which instrumentations see ES modules. It must run before an SDK is imported; a second
 * call does nothing. It uses the copy of import-in-the-middle that `@opentelemetry/instrumentation` uses, because two
 * copies do not share their state.
 */
export async function hookVendorModules(): Promise<void> {
  if (hooked) return;
  hooked = true;
  const { resolve } = module.createRequire(otelInstrumentation());
  const hooks = await import(pathToFileURL(resolve('import-in-the-middle/register-hooks.mjs')).href);
  if (hooks.supportsSyncHooks()) return hooks.register({ include: [...HOOKED] });
  module.register(pathToFileURL(resolve('import-in-the-middle/hook.mjs')), { data: { include: HOOKED } });
}

/** The path of the copy of `@opentelemetry/instrumentation` that llmtrace uses. */
export const otelInstrumentation = (): string =>
  module.createRequire(import.meta.resolve('@llmtrace/core')).resolve('@opentelemetry/instrumentation');

const runsSources = import.meta.url.endsWith('.ts');

/** The path of a file of the kit; it has the extension of this file, `.ts` or `.js`. */
export const kitFile = (name: string): string =>
  fileURLToPath(new URL(name + (runsSources ? '.ts' : '.js'), import.meta.url));

/** The flags of `node` for such a file: with them sources import sources, and the build imports the build. */
export const KIT_FLAGS: readonly string[] = [
  ...(runsSources ? ['--conditions=llmtrace:source'] : []),
  '--no-warnings',
];
