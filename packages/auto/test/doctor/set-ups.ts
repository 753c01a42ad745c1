/** Set-ups that are broken on purpose, each with the finding that the doctor must make. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RunOptions } from '@llmtrace/test-fixtures/run-app';
import { build, stop } from 'esbuild';
import { allVendors } from '../../src/vendors.ts';
import { AUTO, file } from '../stage.ts';

export interface SetUp {
  readonly what: string;
  /** The code of the finding. */
  readonly code: string;
  /** The cause that it names, and the one thing to do. */
  readonly cause: RegExp;
  readonly cure: RegExp;
  /** Whether traces are lost. */
  readonly lost: boolean;
  /** Whether llmtrace also warns once by default; it does not if the user configured the effect, or nothing is lost. */
  readonly warns: boolean;
  readonly app: string;
  readonly options?: RunOptions;
}

const app = (name: string): string => `doctor/apps/${name}`;
const preload = (name: string): string[] => ['--require', file(app(name))];
const importing = (name: string): string[] => ['--import', pathToFileURL(file(app(name))).href];

/** Files that a set-up needs and that cannot be part of this project. */
export interface Folder {
  readonly path: string;
  remove(): void;
}

/** Makes them: a bundle, an SDK of an unknown version, and copies of packages that are there once. */
export async function makeFolder(): Promise<Folder> {
  const path = mkdtempSync(join(tmpdir(), 'llmtrace-doctor-'));
  await build({
    entryPoints: [file(app('chat.cjs'))],
    bundle: true,
    platform: 'node',
    outfile: join(path, 'bundle.cjs'),
  });
  await stop(); // its process would keep this one alive
  write(path, 'unknown/node_modules/openai/package.json', '{ "name": "openai", "version": "99.1.0" }');
  write(path, 'unknown/node_modules/openai/index.js', UNKNOWN);
  write(path, 'unknown/app.cjs', "new (require('openai').OpenAI)().chat.answer();");
  copyApi(path);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** It sends the same requests, by other methods. */
const UNKNOWN = `exports.OpenAI = class OpenAI {
  chat = {
    answer: () => fetch(process.env.OPENAI_BASE_URL + '/chat/completions', {
      method: 'POST',
      headers: { 'X-Stainless-Lang': 'js', 'X-Stainless-Package-Version': '99.1.0' },
      body: '{}',
    }).then((response) => response.text()),
  };
};`;

function write(folder: string, name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

const require = createRequire(import.meta.url);

/** An older copy of OpenTelemetry's API. */
function copyApi(folder: string): void {
  const main = require.resolve('@opentelemetry/api');
  const root = main.slice(0, main.lastIndexOf('/build/'));
  cpSync(root, join(folder, 'older-api'), { recursive: true });
  for (const name of ['package.json', 'build/src/version.js']) {
    const path = join(folder, 'older-api', name);
    writeFileSync(path, readFileSync(path, 'utf8').replace('1.9.1', '1.8.0'));
  }
}

/** @param url of the fake vendor. */
export function setUps({ path }: Folder, url: string): SetUp[] {
  const chat = { app: app('chat.mjs'), options: { flags: AUTO } };
  // With `http-clients`, calls that pass an SDK's instrumentation by are traced by their requests.
  const sdks = {
    env: {
      LLMTRACE_INSTRUMENTATIONS: allVendors()
        .map(({ name }) => name)
        .join(','),
    },
  };
  return [
    {
      what: 'the SDK is imported before llmtrace',
      code: 'loaded-before',
      cause: /openai 7\.\d+\.\d+ was loaded from .*\/node_modules\/openai\/client\.mjs before llmtrace/,
      cure: /Start with `node --import @llmtrace\/auto`/,
      lost: true,
      warns: true,
      app: app('imported-before.mjs'),
      options: sdks,
    },
    {
      what: 'an OpenTelemetry set-up without the hook for ES modules',
      code: 'hook-missing',
      cause: /openai 7\.\d+\.\d+ was imported from .* without a hook for ES modules/,
      cure: /--import @llmtrace\/auto\/hook/,
      lost: true,
      warns: true,
      app: app('chat.mjs'),
      options: { flags: importing('host.mjs'), ...sdks },
    },
    {
      what: 'the SDK is bundled with the application',
      code: 'bundled',
      cause: /openai 7\.\d+\.\d+ is bundled into .*\/bundle\.cjs/,
      cure: /leave `openai` out \(external\), or use `instrumentClient\(client\)`/,
      lost: true,
      warns: true,
      app: join(path, 'bundle.cjs'),
      options: { flags: AUTO, ...sdks },
    },
    {
      what: 'an unknown version of the SDK',
      code: 'unknown-shape',
      cause: /openai 99\.1\.0 is not traced wholly: it has no Chat\.Completions\.create/,
      cure: /use a version of openai that README\.md names/,
      lost: true,
      warns: true,
      app: join(path, 'unknown/app.cjs'),
      options: { flags: AUTO },
    },
    {
      what: 'the instrumentation is switched off',
      code: 'disabled',
      cause: /calls of openai 7\.\d+\.\d+ are not traced: its instrumentation is disabled/,
      cure: /Look at LLMTRACE_ENABLED, LLMTRACE_INSTRUMENTATIONS/,
      lost: true,
      warns: false,
      app: chat.app,
      options: { flags: AUTO, env: { LLMTRACE_INSTRUMENTATIONS: 'anthropic' } },
    },
    {
      what: 'everything is switched off',
      code: 'disabled',
      cause: /LLMTRACE_ENABLED is false; nothing is traced/,
      cure: /Remove LLMTRACE_ENABLED/,
      lost: true,
      warns: false,
      app: chat.app,
      options: { flags: AUTO, env: { LLMTRACE_ENABLED: 'false' } },
    },
    {
      what: 'a second instrumentation of the same methods',
      code: 'second-instrumentation',
      // It is guessed by the packages that are installed.
      cause:
        /calls of openai are also traced by (?:an instrumentation that is not known|what is probably @.+): each has two spans/,
      cure: /Switch one of them off, or take openai from LLMTRACE_INSTRUMENTATIONS/,
      lost: false,
      warns: true,
      app: app('chat.cjs'),
      options: { flags: [...AUTO, ...preload('other.cjs')] },
    },
    {
      what: 'another library that puts the methods back',
      code: 'second-instrumentation',
      cause: /another instrumentation has taken the methods of openai 7\.\d+\.\d+ from llmtrace/,
      cure: /Use one instrumentation of this SDK/,
      lost: true,
      warns: true,
      app: app('put-back.mjs'),
      options: { flags: AUTO, ...sdks },
    },
    {
      what: 'no exporter and no OpenTelemetry SDK',
      code: 'no-provider',
      cause:
        /the spans of calls go nowhere: no exporter is configured and no OpenTelemetry SDK is registered/,
      cure: /Set OTEL_EXPORTER_OTLP_ENDPOINT/,
      lost: true,
      warns: false,
      ...chat,
    },
    {
      what: 'a collector that is not there',
      code: 'exporter-unreachable',
      cause:
        /traces do not arrive at http:\/\/127\.0\.0\.1:1\/v1\/traces: no server listens there.* \(ECONNREFUSED\)/,
      cure: /Start the collector, or set OTEL_EXPORTER_OTLP_ENDPOINT/,
      lost: true,
      warns: true,
      app: chat.app,
      options: {
        flags: AUTO,
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_METRICS_EXPORTER: 'none' },
      },
    },
    {
      what: 'an exporter that does not exist',
      code: 'exporter',
      cause: /OTEL_TRACES_EXPORTER=zipkin is not one of otlp, console, none/,
      cure: /Set OTEL_TRACES_EXPORTER to otlp/,
      lost: true,
      warns: true,
      app: chat.app,
      options: { flags: AUTO, env: { OTEL_TRACES_EXPORTER: 'zipkin' } },
    },
    {
      what: 'a sampler that keeps nothing',
      code: 'not-sampled',
      cause: /OTEL_TRACES_SAMPLER=always_off keeps no span/,
      cure: /set it to parentbased_always_on/,
      lost: true,
      warns: false,
      app: chat.app,
      options: {
        flags: AUTO,
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: url,
          OTEL_METRICS_EXPORTER: 'none',
          OTEL_TRACES_SAMPLER: 'always_off',
        },
      },
    },
    {
      what: 'a provider of the application’s in the place of a configured endpoint',
      code: 'elsewhere',
      cause:
        /OTEL_EXPORTER_OTLP_ENDPOINT is set, but spans go to \w*TracerProvider \(set up by .*elsewhere\.mjs\), which is registered/,
      cure: /set LLMTRACE_EXPORT=both/,
      lost: false,
      warns: true,
      app: chat.app,
      options: {
        flags: [...AUTO, ...importing('elsewhere.mjs')],
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_METRICS_EXPORTER: 'none' },
      },
    },
    {
      what: 'a model without a price',
      code: 'no-price',
      cause: /no cost for gpt-4\.1-mini-2025-04-14 of groq: the price book of .* does not have it/,
      cure: /Give its price by setPrice\(\) or LLMTRACE_PRICES/,
      lost: false,
      warns: false,
      app: chat.app,
      options: {
        flags: AUTO,
        env: { LLMTRACE_PROVIDER_MAP: '127.0.0.1=groq' },
      },
    },
    {
      what: 'versions of the API that do not see each other',
      code: 'api-versions',
      cause:
        /the copy of @opentelemetry\/api that llmtrace uses \(1\.9\.1\) does not see .* older one \(1\.8\.0\)/,
      cure: /Have one version of @opentelemetry\/api: see `npm ls @opentelemetry\/api`/,
      lost: true,
      warns: false,
      app: chat.app,
      options: {
        flags: [...importing('older-api.mjs'), ...AUTO],
        env: { OLDER_API: join(path, 'older-api') },
      },
    },
    {
      what: 'an SDK that traces itself',
      code: 'native-tracing',
      cause: /@anthropic-ai\/sdk 1\.\d+\.\d+ traces itself; its spans are adopted/,
      cure: /Nothing needs to be done/,
      lost: false,
      warns: false,
      app: chat.app,
      options: { flags: AUTO, env: { PACKAGE: '@anthropic-ai/sdk' } },
    },
    {
      what: 'a call by no method of the SDK',
      code: 'untraced',
      cause: /a request of openai 7\.\d+\.\d+ came from no method that llmtrace has patched/,
      cure: /Call the SDK by the methods that README\.md names/,
      lost: true,
      warns: true,
      app: app('beneath.mjs'),
      options: { flags: AUTO, ...sdks },
    },
    {
      what: 'calls without an SDK',
      code: 'no-sdk',
      cause: /(?:no-sdk\.mjs|the application) sends requests to api\.openai\.com by none of the SDKs/,
      cure: /Call the vendor through its own SDK/,
      lost: true,
      warns: true,
      app: app('no-sdk.mjs'),
      options: { flags: AUTO, ...sdks },
    },
    {
      what: 'a file of llmtrace that is missing',
      code: 'not-installed',
      cause: /calls are not traced: the files of llmtrace could not be read/,
      cure: /install `@llmtrace\/auto` anew/,
      lost: true,
      warns: true,
      app: chat.app,
      options: { flags: [...preload('no-instrumentation.cjs'), ...AUTO] },
    },
    {
      what: 'an option with a wrong value',
      code: 'setting',
      cause: /LLMTRACE_CONSOLE=maybe is not true or false; using the default/,
      cure: /README\.md has the table/,
      lost: false,
      warns: true,
      app: chat.app,
      options: { flags: AUTO, env: { LLMTRACE_CONSOLE: 'maybe' } },
    },
    {
      what: 'a variable that there is not',
      code: 'no-effect',
      cause: /LLMTRACE_CONSOL is no variable of llmtrace and has no effect/,
      cure: /Set LLMTRACE_CONSOLE in its place/,
      lost: false,
      warns: true,
      app: chat.app,
      options: { flags: AUTO, env: { LLMTRACE_CONSOL: 'true' } },
    },
  ];
}

/** The doctor's own command, as it is built. */
export const DOCTOR = fileURLToPath(new URL('../../dist/doctor/cli.js', import.meta.url));
