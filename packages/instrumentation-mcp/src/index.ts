/**
 * `@llmtrace/instrumentation-mcp`: traces requests of the Model Context Protocol at the client and at the server, with
 * `@modelcontextprotocol/sdk` 1 and with `@modelcontextprotocol/client` and `/server` 2.
 */
import module from 'node:module';
import {
  type InstrumentationEntry,
  LlmInstrumentation,
  type LlmTraceConfig,
  late,
  noModelCalls,
  type OperationPoint,
  type Vendor,
} from '@llmtrace/core';

const require = module.createRequire(import.meta.url);
const code = late(() => require('./code.ts') as typeof import('./code.ts'));

const NAME = '@llmtrace/instrumentation-mcp';

const protocol = { className: 'Protocol', path: 'Protocol' };
const ES_MODULES = ['dist/esm/shared/protocol.js', 'dist/shared/protocol.js'];
const inSdk = { ...protocol, files: [...ES_MODULES, 'dist/cjs/shared/protocol.js'], isInternal: true };

/** Version 1: applications import each of its modules by path. */
const sdk: Vendor = {
  ...noModelCalls,
  module: '@modelcontextprotocol/sdk',
  extensions: ['.js'],
  esModules: ES_MODULES,
  hasNoMain: true,
  operations: [
    { ...inSdk, method: 'request', around: (call) => code().sends(call, 0) },
    { ...inSdk, method: '_onrequest', around: (call) => code().answers(call) },
  ],
};

/** Version 2 does not export `Protocol`, only the classes that extend it. */
const inMain = { ...protocol, files: ['dist/index'] };
const operations: readonly OperationPoint[] = [
  { ...inMain, method: '_requestWithSchemaViaCodec', around: (call) => code().sends(call, 1) },
  { ...inMain, method: '_onrequest', around: (call) => code().answers(call) },
];

const packageOf = (module: string, className: string): Vendor => ({
  ...noModelCalls,
  module,
  extensions: ['.cjs', '.mjs'],
  main: (exports) => ({ Protocol: Object.getPrototypeOf(exports[className] ?? Object) }),
  operations,
});

const client = packageOf('@modelcontextprotocol/client', 'Client');
const server = packageOf('@modelcontextprotocol/server', 'Server');

/**
 * The instrumentation of `@modelcontextprotocol/sdk`. Make it before the SDK is loaded.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class McpInstrumentation extends LlmInstrumentation {
  constructor(config: LlmTraceConfig = {}) {
    super(NAME, '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return sdk;
  }
}

/** The instrumentation of `@modelcontextprotocol/client`, with the same options. */
export class McpClientInstrumentation extends McpInstrumentation {
  protected override get vendor(): Vendor {
    return client;
  }
}

/** The instrumentation of `@modelcontextprotocol/server`, with the same options. */
export class McpServerInstrumentation extends McpInstrumentation {
  protected override get vendor(): Vendor {
    return server;
  }
}

export const entry: InstrumentationEntry = { name: 'mcp', vendor: sdk, Instrumentation: McpInstrumentation };

/** The instrumentations of all three packages. */
export const entries: readonly InstrumentationEntry[] = [
  entry,
  { name: 'mcp', vendor: client, Instrumentation: McpClientInstrumentation },
  { name: 'mcp', vendor: server, Instrumentation: McpServerInstrumentation },
];
