/** The file that the export thread starts with. Its console is replaced before another module stores the former one. */
import module from 'node:module';
import './worker-console.ts';

const require = module.createRequire(import.meta.url);

require('./worker-main.ts');
