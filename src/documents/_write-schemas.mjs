// Writes the JSON Schemas of the documents and of the policy, from the built package's own Zod schemas.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const dist = new URL('../../dist/', import.meta.url);
const { jsonSchemas } = await import(new URL('src/documents/json-schemas.js', dist).href);
const folder = fileURLToPath(new URL('schemas/', dist));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, schema] of Object.entries(jsonSchemas()))
  writeFileSync(`${folder}${name}`, `${JSON.stringify(schema, undefined, 2)}\n`);
