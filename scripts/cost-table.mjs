// Writes the table of providers into docs/cost.md. `npm run update-prices` runs it.
import { readFileSync, writeFileSync } from 'node:fs';
import { withTable } from './lib/cost-table.mjs';

const PAGE = new URL('../docs/cost.md', import.meta.url);

writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8')));
