import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
};
const assetForm = /^\/(?:assets\/)?[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** A file of the built page. Assets carry a hash in their names, so they may be kept; the page itself may not. */
export function servePage(folder: string, path: string): Response {
  const name = path === '/' ? '/index.html' : path;
  const type = types[extname(name)];
  const body = type && assetForm.test(name) ? read(join(folder, name)) : undefined;
  if (!body || !type)
    return path === '/'
      ? notBuilt()
      : new Response('There is no such page.\n', {
          status: 404,
          headers: { 'content-type': 'text/plain; charset=utf-8' },
        });
  return new Response(new Uint8Array(body), {
    headers: {
      'content-type': type,
      'cache-control': name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-store',
    },
  });
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function notBuilt(): Response {
  return new Response(
    'The page has not been built: run npm run build in the package, or install it anew.\n',
    { status: 503, headers: { 'content-type': 'text/plain; charset=utf-8' } },
  );
}
