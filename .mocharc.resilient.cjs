// The conformance suite with every feature on: the newest copy of each SDK, or all of them where CI is set.
const { globSync } = require('node:fs');
const config = require('./.mocharc.json');

const files = globSync('packages/*/test/conformance/*.resilient.ts', { cwd: __dirname });
const folderOf = (file) => file.slice(0, file.lastIndexOf('/'));
const byNumber = new Intl.Collator('en', { numeric: true }).compare;

/** The last of a folder by its number: `openai-7` of `openai-4` and `openai-7`. */
const newest = [...new Set(files.map(folderOf))].map((folder) =>
  files
    .filter((file) => folderOf(file) === folder && !file.endsWith('/all-copies.resilient.ts'))
    .sort(byNumber)
    .at(-1),
);

module.exports = { ...config, ignore: [], spec: process.env.CI ? files : newest };
