// Writes the JSON Schemas of the documents, the policy and the studio crew, from the built package's own Zod schemas.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const dist = new URL('../../dist/', import.meta.url);
const { jsonSchemas } = await import(new URL('src/documents/json-schemas.js', dist).href);
const folder = fileURLToPath(new URL('schemas/', dist));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
// The studio crew's is none of the engine's documents: no code of the engine knows it.
const { StudioSettings } = await import(new URL('src/crew/studio/settings.js', dist).href);
const crew = {
  title: 'crew.json: what the studio crew works with',
  ...z.toJSONSchema(StudioSettings, { io: 'input', unrepresentable: 'any' }),
};
for (const [name, schema] of Object.entries({ ...jsonSchemas(), 'crew.json': crew }))
  writeFileSync(`${folder}${name}`, `${JSON.stringify(schema, undefined, 2)}\n`);
