esbuild app.mjs --bundle --platform=node --format=esm --packages=external --outfile=out.mjs
