/** Functions of modules are replaced by a line at their end, however a compiler or a bundler has written the module. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { assignedAs, byPackage, exportedAs, namesIn, rebindingLine } from '../../src/esm/rebinding.ts';
import { olderNode } from '../stage.ts';

describe('the binding of an exported function', () => {
  for (const [source, expected] of [
    ['export async function query(a) {}', 'query'],
    ['export function* query() {}', 'query'],
    ['export class query {}', 'query'],
    ['export { other, query }; ', 'query'],
    ['function a(){}export{b as other,N5e as query,c as default};', 'N5e'],
    // A chunk of rolldown.
    ['export { other as n, query as t };', 'query'],
    ['export { query as t }; export { ask as query };', 'ask'],
    ['export { other as query2 };', undefined],
    ['const text = "export {"; export {\n  a as query\n};', 'a'],
    ['export * from "./query.js";', undefined],
    ['export const query = 1;', undefined],
    ['export', undefined],
    ['export { query', undefined],
  ] as const)
    it(`of an ES module is ${expected} in ${JSON.stringify(source)}`, () => {
      assert.equal(exportedAs(source, 'query'), expected);
    });

  for (const [source, expected] of [
    ['exports.query = query;', 'query'],
    ['exports.query = exports.other = void 0; exports.query = ask;', 'ask'],
    ['exports.query = void 0; function query() {}', 'query'],
    ['__export(all, { query: () => query2 });', 'query2'],
    ['R(t,{query:()=>N5e,other:()=>a});', 'N5e'],
    // A longer name ends with it.
    ['__export(all, { query: () => query2, runquery: () => runquery });', 'query2'],
    ['__export(all, { subquery: () => subquery });', 'query'],
    ['', 'query'],
  ] as const)
    it(`of CommonJS is ${expected} in ${JSON.stringify(source)}`, () => {
      assert.equal(assignedAs(source, 'query'), expected);
    });

  for (const [source, isFound] of [
    ['import "x";\nasync function query(a) {}\nexport { other };', true],
    ['import "x";\nfunction query() {}', true],
    ['function other() {\n  function query() {}\n}', false],
    ['import "x";\nfunction query2() {}', false],
  ] as const)
    it(`of an ES module that does not export it is ${isFound ? 'there' : 'missing'} in ${JSON.stringify(source)}`, () => {
      const line = rebindingLine({ file: 'a', url: 'file:///a', syntax: 'esm' }, source, ['query']);
      assert.equal(line.includes('set query(value) { query = value; }'), isFound);
    });

  it('is looked for in the files that a pattern names', () => {
    const files = /^dist\/src-\w+\.mjs$/;
    const all = byPackage([
      { module: '@a/b', files, names: ['query', 'query'] },
      { module: '@a/b', files, names: ['ask'] },
    ]);
    const names = (module: string, path: string) => namesIn(all, { name: `${module}/${path}`, module });
    assert.deepEqual(names('@a/b', 'dist/src-CeKsbNLO.mjs'), ['query', 'ask']);
    assert.equal(names('@a/b', 'dist/other.mjs'), undefined);
    assert.equal(names('@a/b2', 'dist/src-CeKsbNLO.mjs'), undefined);
  });
});

/** The forms of a module that exports `query`, calls it itself, and has a constant that nothing can replace. */
const MODULES: Record<string, string> = {
  'declared.mjs': `export function query() { return 'theirs'; }
    export const inside = () => query(); const constant = () => 'theirs'; export { constant };`,
  'minified.mjs': `function q(){return'theirs'}var i=()=>q();const c=()=>'theirs';export{q as query,i as inside,c as constant};`,
  'tsc.cjs': `"use strict"; Object.defineProperty(exports, "__esModule", { value: true });
    exports.query = query; function query() { return 'theirs'; }
    exports.inside = () => query(); const constant = () => 'theirs'; exports.constant = constant;`,
  'esbuild.cjs': `"use strict"; var all = {}; const add = (to, from) => { for (const name in from)
      Object.defineProperty(to, name, { get: from[name], enumerable: true }); };
    add(all, { query: () => query2, inside: () => inside, constant: () => constant }); module.exports = all;
    function query2() { return 'theirs'; } var inside = () => query2(); const constant = () => 'theirs';`,
};

describe('a function of a module', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmtrace-'));
  const nodes = [process.execPath, olderNode()].filter((node) => node !== undefined);

  before(() => {
    mkdirSync(folder, { recursive: true });
    for (const [name, source] of Object.entries(MODULES)) {
      const url = pathToFileURL(join(folder, name)).href;
      const syntax = name.endsWith('.mjs') ? 'esm' : 'cjs';
      const line = rebindingLine({ file: name, url, syntax }, source, ['query', 'constant', 'missing']);
      writeFileSync(join(folder, name), `${source}\n${line}`);
    }
    writeFileSync(
      join(folder, 'app.mjs'),
      `const out = [];
      globalThis[Symbol.for('llmtrace.loaded')] = (file, classes, url, bindings) => {
        out.push(file, url === import.meta.resolve('./' + file), Object.keys(bindings));
        const { query } = bindings;
        bindings.query = () => 'ours, then ' + query();
        try { bindings.constant = query; } catch (error) { out.push(error.constructor.name); }
      };
      const name = process.argv[2];
      const exported = await import('./' + name);
      const { query, inside, constant } = exported.default ?? exported;
      out.push(query(), inside(), constant());
      console.log(JSON.stringify(out));`,
    );
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const node of nodes)
    for (const name of Object.keys(MODULES))
      it(`is replaced in ${name} for importers and for the module itself, by ${node === process.execPath ? 'this Node.js' : 'an older one'}`, () => {
        const printed = execFileSync(node, [join(folder, 'app.mjs'), name], { encoding: 'utf8' });
        const ours = 'ours, then theirs';
        const known = ['query', 'constant', ...(name.endsWith('.cjs') ? ['missing'] : [])];
        assert.deepEqual(JSON.parse(printed), [name, true, known, 'TypeError', ours, ours, 'theirs']);
      });
});
