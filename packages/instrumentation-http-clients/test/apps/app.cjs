const { readFileSync } = require('node:fs');

const { TLS_KEY, TLS_CERT } = process.env;
import('./rows.mjs')
  .then(({ run }) =>
    run(
      async (name) => require(name),
      TLS_KEY && { key: readFileSync(TLS_KEY), cert: readFileSync(TLS_CERT) },
    ),
  )
  .then(() => process.exit());
