/** `llmtrace init`: prints the changes that a project needs to be traced, from the files in its folder. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allVendors } from '../vendors.ts';

export interface InitOptions {
  /** Whether to write the start script; otherwise it is only printed. */
  readonly write: boolean;
  /** @default the current folder */
  readonly folder?: string;
}

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly workspaces?: unknown;
}

interface Project {
  readonly folder: string;
  readonly manifest: Manifest | undefined;
  /** The text of its manifest, for its indentation. */
  readonly text: string;
}

const IMPORT = '--import @llmtrace/auto';
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

function projectIn(folder: string): Project {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return { folder, manifest: undefined, text: '' };
  const text = readFileSync(file, 'utf8');
  return { folder, text, manifest: JSON.parse(text) as Manifest };
}

const dependsOn = ({ manifest }: Project, name: string): boolean =>
  manifest?.dependencies?.[name] !== undefined || manifest?.devDependencies?.[name] !== undefined;

/** A start script with llmtrace in it. Other programs pass `NODE_OPTIONS` on to the node that they start. */
function tracedScript(script: string): string {
  const isPlain = /^node\s/.test(script) && !/[&|;]/.test(script);
  return isPlain ? script.replace(/^node\s/, `node ${IMPORT} `) : `NODE_OPTIONS='${IMPORT}' ${script}`;
}

const SERVERLESS = [
  'serverless.yml',
  'serverless.yaml',
  'serverless.ts',
  'template.yaml',
  'template.yml',
  'samconfig.toml',
];

interface Snippet {
  readonly title: string;
  readonly lines: readonly string[];
}

function nextSnippet(project: Project): Snippet[] {
  if (!dependsOn(project, 'next')) return [];
  const modules = allVendors()
    .map(({ vendor }) => vendor.module)
    .filter((name) => dependsOn(project, name));
  const list = (modules.length > 0 ? modules : ['openai']).map((name) => `'${name}'`).join(', ');
  return [
    {
      title: 'Next.js: leave the SDKs out of the bundle, in next.config.mjs',
      lines: ['export default {', `  serverExternalPackages: [${list}],`, '};'],
    },
  ];
}

function nestSnippet(project: Project): Snippet[] {
  if (!dependsOn(project, '@nestjs/core')) return [];
  return [
    {
      title: 'NestJS: in production, start what was built',
      lines: [`node ${IMPORT} dist/main.js`],
    },
  ];
}

function lambdaSnippet({ folder }: Project): Snippet[] {
  if (!SERVERLESS.some((name) => existsSync(join(folder, name)))) return [];
  return [
    {
      title: 'AWS Lambda: in the environment of the function, and await the export before the answer',
      lines: [
        `NODE_OPTIONS: ${IMPORT}`,
        'OTEL_EXPORTER_OTLP_ENDPOINT: https://…',
        "import { llmtrace } from '@llmtrace/auto'; // await llmtrace.flush() at the end of the handler",
      ],
    },
  ];
}

const sayAll = (snippets: readonly Snippet[]): void => {
  for (const { title, lines } of snippets) say(`\n${title}:\n${lines.map((line) => `  ${line}`).join('\n')}`);
};

function writeScript({ folder, manifest, text }: Project, script: string): void {
  const indent = /^[ \t]+/m.exec(text)?.[0] ?? '  ';
  const changed = { ...manifest, scripts: { ...manifest?.scripts, start: script } };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(changed, null, indent)}\n`);
}

const WORKSPACES = ['pnpm-workspace.yaml', 'lerna.json', 'nx.json', 'turbo.json'];

/** Of several packages: each application is started in its own folder. */
const isRootOfPackages = ({ folder, manifest }: Project): boolean =>
  manifest?.workspaces !== undefined || WORKSPACES.some((name) => existsSync(join(folder, name)));

function start(project: Project, isWritten: boolean): number {
  const script = project.manifest?.scripts?.['start'];
  if (script === undefined) {
    const where = isRootOfPackages(project)
      ? 'This is the root of several packages: run llmtrace init in the folder of the application, or start it with'
      : 'No start script was found. Start the application with';
    say(`${where}:\n  node ${IMPORT} app.mjs`);
    return isWritten ? 1 : 0;
  }
  if (script.includes('@llmtrace/auto')) {
    say('The start script has llmtrace already.');
    return 0;
  }
  const traced = tracedScript(script);
  if (isWritten) writeScript(project, traced);
  say(
    `${isWritten ? 'The start script in package.json is now' : 'The start script in package.json'}:\n  "start": ${JSON.stringify(traced)}`,
  );
  return 0;
}

/** @returns 1 if `write` is set and there is no start script. */
export function init({ write, folder = process.cwd() }: InitOptions): number {
  const project = projectIn(folder);
  if (!dependsOn(project, '@llmtrace/auto')) say('Add the package:\n  npm install @llmtrace/auto\n');
  const code = start(project, write);
  sayAll([...nextSnippet(project), ...nestSnippet(project), ...lambdaSnippet(project)]);
  const isScript = project.manifest?.scripts?.['start'] !== undefined;
  const [viewed, examined] = isScript ? ['npm start', 'npm start'] : ['node app.mjs', 'app.mjs'];
  say(
    `\nLook at the calls: npx llmtrace view -- ${viewed}. Are calls missing? npx llmtrace doctor ${examined}`,
  );
  if (!write && isScript) say('Nothing was written: llmtrace init --write changes the start script.');
  return code;
}
