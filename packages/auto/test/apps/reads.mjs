// biome-ignore-all lint/suspicious/noConsole: an application prints
// Reads a vendor's module as any file, by each function of `fs`, and prints the results and the functions.
import fs from 'node:fs';
import { readFile } from 'node:fs/promises';
import 'openai';

const url = new URL(import.meta.resolve('openai'));
const texts = [
  await readFile(url),
  await readFile(url, 'utf8'),
  await fs.promises.readFile(url),
  await fs.promises.readFile(url, { encoding: 'utf8' }),
  fs.readFileSync(url),
];
const { name, length } = fs.promises.readFile;
const missing = await readFile(new URL('./missing.mjs', url)).catch(({ code }) => code);
console.log(JSON.stringify({ same: new Set(texts.map(String)).size, name, length, missing }));
