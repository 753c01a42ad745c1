import { readFileSync } from 'node:fs';
import { run } from './rows.mjs';

const { TLS_KEY, TLS_CERT } = process.env;
await run((name) => import(name), TLS_KEY && { key: readFileSync(TLS_KEY), cert: readFileSync(TLS_CERT) });
process.exit();
