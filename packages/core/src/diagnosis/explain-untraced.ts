/** Explains why a request was not traced, from the files that sent it and the methods that were patched. */
import { type Finding, facts, type SdkCopy } from '../platform/process-state.ts';
import { isPackage } from './sdk-files.ts';

/**
 * The sender of a request: an SDK, or another client that calls a vendor's host; with the files on the call stack.
 */
export type Sender = { readonly files: readonly string[] } & (
  | { readonly module: string; readonly version: string }
  | { readonly host: string }
);

type Sdk = Extract<Sender, { module: string }>;

/** A finding. It is `quiet` (no warning) if the user wanted the effect, or it was reported before. */
type Why = Finding & { readonly quiet?: boolean };

const FLAG = '`node --import @llmtrace/auto`';
const HOOK = `${FLAG}, or with \`--import @llmtrace/auto/hook\` before a set-up of your own`;

export const BY_HAND = '`instrumentClient(client)` of `@llmtrace/auto/manual`';

export function whyUntraced(sender: Sender): Why {
  if (!('module' in sender)) return withoutSdk(sender.host, sending(sender.files));
  const { module, files } = sender;
  const isOn = facts().instrumentations.some((each) => each.module === module && each.isEnabled());
  if (!isOn) return disabled(sender);
  const file = files.find((path) => isPackage(module, path));
  if (file !== undefined) return installed(sender, file);
  return files.length > 0 ? bundled(sender, sending(files)) : unknown(sender);
}

/** Packages between a sender and the network. */
const BETWEEN =
  /\/node_modules\/(?:node-fetch|undici|[\w-]*proxy-agent|agentkeepalive|@opentelemetry|@sentry|dd-trace)\//;

/** The sender's file nearest to the request. Node.js 20 shows none for requests by `node:http`. */
const sending = (files: readonly string[]): string =>
  files.find((path) => !BETWEEN.test(path)) ?? files[0] ?? 'the application';

const named = ({ module, version }: Sdk): string => `${module} ${version}`;

const withoutSdk = (host: string, file: string): Why => ({
  code: 'no-sdk',
  message: `${file} sends requests to ${host} by none of the SDKs that llmtrace traces; they are not traced`,
  cure: 'Call the vendor through its own SDK, or trace these calls by other means',
  lost: true,
});

const disabled = (sdk: Sdk): Why => ({
  code: 'disabled',
  message: `calls of ${named(sdk)} are not traced: its instrumentation is disabled`,
  cure: `Look at LLMTRACE_ENABLED, LLMTRACE_INSTRUMENTATIONS, \`enabled\` and \`disable()\``,
  lost: true,
  quiet: true,
});

const bundled = (sdk: Sdk, file: string): Why => ({
  code: 'bundled',
  message: `${named(sdk)} is bundled into ${file}; its calls are not traced`,
  cure: `Let the bundler leave \`${sdk.module}\` out (external), or use ${BY_HAND}`,
  lost: true,
});

const unknown = (sdk: Sdk): Why => ({
  code: 'untraced',
  message: `a request of ${named(sdk)} came from no method that llmtrace has patched; such calls are not traced`,
  cure: `Call the SDK by the methods that README.md names; if it is bundled or made before llmtrace, use ${BY_HAND}`,
  lost: true,
});

/** The SDK is a package on disk. Which of its builds was not patched, or no more? */
function installed(sdk: Sdk, file: string): Why {
  if (!file.includes(`/node_modules/${sdk.module}/`)) return linked(sdk, file);
  const build = file.endsWith('.mjs') ? 'ES module' : 'CommonJS';
  const { copies: all, findings, hook } = facts();
  const lacking = findings.find(
    ({ code, message }) => code === 'unknown-shape' && message.startsWith(`${named(sdk)} `),
  );
  if (lacking) return { ...lacking, quiet: true }; // reported when it was patched
  const copies = all.filter((copy) => copy.module === sdk.module && copy.build === build);
  const patched = copies.filter(({ version, methods }) => version === sdk.version && methods.size > 0);
  if (patched.some(isUndone)) return undone(sdk);
  if (patched.length > 0) return unknown(sdk);
  if (build === 'ES module' && !hook && copies.length === 0) return withoutHook(sdk, file);
  // Copies that were required earlier are patched, too; so this copy was loaded in a way that no hook sees.
  return build === 'ES module' ? early(sdk, file) : unknown(sdk);
}

const linked = (sdk: Sdk, file: string): Why => ({
  code: 'untraced',
  message: `${named(sdk)} was loaded from ${file}, in no folder of its name in \`node_modules\`, where OpenTelemetry’s hooks do not look; its calls are not traced`,
  cure: `Start with ${FLAG}, install it in place of the link, or use ${BY_HAND}`,
  lost: true,
});

/** Whether other code has restored a method as it was before llmtrace. */
const isUndone = ({ methods }: SdkCopy): boolean =>
  [...methods.values()].flat().some(({ holder, name, patched, before }) => {
    const now = holder[name];
    return now !== patched && (now === before || (now as { __original?: unknown })?.__original === before);
  });

const undone = (sdk: Sdk): Why => ({
  code: 'second-instrumentation',
  message: `another instrumentation has taken the methods of ${named(sdk)} from llmtrace; its calls are not traced`,
  cure: 'Use one instrumentation of this SDK: remove the other, or make llmtrace’s after it',
  lost: true,
});

const withoutHook = (sdk: Sdk, file: string): Why => ({
  code: 'hook-missing',
  message: `${named(sdk)} was imported from ${file} without a hook for ES modules; its calls are not traced`,
  cure: `Start with ${HOOK}`,
  lost: true,
});

const early = (sdk: Sdk, file: string): Why => ({
  code: 'loaded-before',
  message: `${named(sdk)} was loaded from ${file} before llmtrace; its calls are not traced`,
  cure: `Start with ${HOOK}, or use ${BY_HAND}`,
  lost: true,
});
