esbuild app.mjs --bundle --platform=node --format=esm --outfile=out.mjs \
  --banner:js="import { createRequire as requireOfBundle } from 'node:module'; const require = requireOfBundle(import.meta.url);"
