// Compiles a strict TypeScript project that uses the packed packages.
import { execFileSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, root, temporaryFolder } from '../lib/npm.mjs';

const COMPILERS = ['5.9.3', '6.0.3', '7.0.2'];
const RESOLUTIONS = [
  { moduleResolution: 'node16', module: 'node16', files: ['consumer.ts', 'consumer.cts'] },
  { moduleResolution: 'nodenext', module: 'nodenext', files: ['consumer.ts', 'consumer.cts'] },
  { moduleResolution: 'bundler', module: 'esnext', files: ['consumer.ts'] },
  { moduleResolution: 'node10', module: 'commonjs', files: ['consumer.cts'], upTo: 5 },
];
const STRICT = {
  ...{ target: 'es2022', lib: ['es2023'], types: ['node'], noEmit: true },
  ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
  ...{ skipLibCheck: false, verbatimModuleSyntax: true, noImplicitOverride: true },
  ...{ noPropertyAccessFromIndexSignature: true, noUncheckedSideEffectImports: true },
};

/** Compiles the project with each compiler and each module resolution; yields the output of each. */
export function* compileConsumers(tarballs) {
  const folder = temporaryFolder();
  const others = ['@opentelemetry/api@1.9.1', '@opentelemetry/sdk-node@0.223.0', '@types/node@24.10.1'];
  const compilers = COMPILERS.map((version) => `typescript-${version}@npm:typescript@${version}`);
  install(folder, [...tarballs, ...others, ...compilers], { type: 'module' });
  cpSync(join(root, 'scripts', 'release', 'consumer.ts'), join(folder, 'consumer.ts'));
  cpSync(join(root, 'scripts', 'release', 'consumer.cts'), join(folder, 'consumer.cts'));
  for (const version of COMPILERS) {
    for (const { files, upTo = Number.POSITIVE_INFINITY, ...resolution } of RESOLUTIONS) {
      if (Number.parseInt(version, 10) > upTo) continue;
      const config = { compilerOptions: { ...STRICT, ...resolution }, files };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
      const name = `TypeScript ${version}, ${resolution.moduleResolution}`;
      yield { name, wrong: compile(folder, version) };
    }
  }
}

function compile(folder, version) {
  const compiler = join(folder, 'node_modules', `typescript-${version}`, 'bin', 'tsc');
  try {
    execFileSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8', timeout: 120_000 });
    return [];
  } catch (error) {
    return [error.stdout || error.message];
  }
}
