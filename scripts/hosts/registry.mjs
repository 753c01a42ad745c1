// A registry on loopback that serves the packed packages of llmtrace, so that every package manager installs them by
// the words of the README. All other packages come from the registry that the machine has configured.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { manifestOf } from '../lib/npm.mjs';

const hash = (algorithm, bytes, encoding) => createHash(algorithm).update(bytes).digest(encoding);

/** Serves what `packAll()` returns; `digest` changes with the contents of any tarball. */
export async function startRegistry(packed) {
  const tarballs = new Map(packed.map(({ filename, path }) => [filename, readFileSync(path)]));
  const byName = new Map(packed.map((tarball) => [tarball.name, tarball]));
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname).slice(1);
    const tarball = tarballs.get(path.split('/-/')[1]);
    const found = byName.get(path);
    if (tarball) return response.end(tarball);
    if (!found) return response.writeHead(404).end('{}');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(packument(found, tarballs, url)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  const digest = hash(
    'sha1',
    Buffer.concat([...tarballs.values()].map((bytes) => hash('sha1', bytes))),
    'hex',
  );
  return { url, digest, close: () => server.close() && server.closeAllConnections() };
}

function packument({ name, version, filename, folder }, tarballs, url) {
  const bytes = tarballs.get(filename);
  const manifest = manifestOf(folder);
  const dist = {
    tarball: `${url}/${name}/-/${filename}`,
    shasum: hash('sha1', bytes, 'hex'),
    integrity: `sha512-${hash('sha512', bytes, 'base64')}`,
  };
  return {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, dist } },
    time: { [version]: '2020-01-01T00:00:00.000Z' }, // package managers hold back what is new or has no date
  };
}
