import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { jsonSchemas } from '../../src/documents/json-schemas.js';
import { readJson } from '../support/production.js';

const production = fileURLToPath(new URL('../golden/versions/0.1.0-chart-1/production/', import.meta.url));
const ajv = new Ajv2020({ strict: true, strictTypes: false });
const validators = new Map<string, ValidateFunction>(
  Object.entries(jsonSchemas()).map(([name, schema]) => [name, ajv.compile(schema)]),
);
const complaints = (name: string, document: unknown): unknown => {
  const validate = validators.get(name);
  return validate?.(document) ? [] : validate?.errors;
};
const files = readdirSync(production, { recursive: true, encoding: 'utf8' });
const ofKind = (ending: string): string[] => files.filter((file) => file.endsWith(ending));

describe('the JSON Schemas of the documents', () => {
  test.each([
    ['state.json', 'state.json', 1],
    ['session.json', 'session.json', 10],
    ['checkpoint.json', 'checkpoint.json', 9],
    ['checkpoint-contents.json', 'checkpoint.json', 9],
    ['episode-state.json', 'session.json', 10],
  ])(
    'given the %s schema, when every released %s is checked, then each is valid',
    (schema, ending, least) => {
      const documents = ofKind(ending);
      expect(documents.length).toBeGreaterThanOrEqual(least);
      for (const file of documents)
        expect(complaints(schema, readJson(join(production, file))), file).toEqual([]);
    },
  );

  test('given a document with a value that cannot be, then its schema refuses it', () => {
    const state = readJson(join(production, 'state.json'));
    expect(complaints('state.json', { ...state, total_episodes: -1 })).not.toEqual([]);
    expect(complaints('state.json', { ...state, version: '2.0.0' })).not.toEqual([]);
    const { metrics: _metrics, ...without } = state;
    expect(complaints('state.json', without)).not.toEqual([]);
  });

  test('given what people write into policy.json, then its schema says yes and no as the engine does', () => {
    expect(complaints('policy.json', {})).toEqual([]);
    expect(complaints('policy.json', { budgets: { total: '9.00' }, approvals: ['script'] })).toEqual([]);
    expect(complaints('policy.json', { budget: {} })).not.toEqual([]);
    expect(complaints('policy.json', { warnAtPercent: 0 })).not.toEqual([]);
  });
});
