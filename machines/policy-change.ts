import { ProductionError } from './errors.js';
import { parsePolicy } from './parse-policy.js';
import type { Policy, PolicyInput } from './policy.js';
import { toDollars, type Usd } from './usd.js';

/** One value of the policy, before and after; null where there was or is none. Amounts in decimal dollars. */
export interface PolicyDifference {
  /** `budgets.total`, `retry.rate_limited.attempts`. */
  path: string;
  from: unknown;
  to: unknown;
}

/** Values by path: `{ 'budgets.total': '9.00' }`. Undefined takes the seed's default. */
export type PolicyPaths = ReadonlyMap<string, unknown>;

type Json = Record<string, unknown>;

/** A policy as a person writes it, whole: amounts in decimal dollars. */
export type WholePolicy = Required<Omit<PolicyInput, '$schema'>>;

/** The policy as a person writes it. */
export function policyInput(policy: Policy): WholePolicy {
  const { budgets, dailyCap, agentCeiling, $schema: _editors, ...others } = policy;
  const orNone = (amount: Usd | null): number | null => (amount === null ? null : toDollars(amount));
  return {
    ...others,
    budgets: {
      research: toDollars(budgets.research),
      script: toDollars(budgets.script),
      audio: toDollars(budgets.audio),
      total: toDollars(budgets.total),
    },
    dailyCap: toDollars(dailyCap),
    agentCeiling: {
      research: orNone(agentCeiling.research),
      script: orNone(agentCeiling.script),
      audio: orNone(agentCeiling.audio),
      total: orNone(agentCeiling.total),
      day: orNone(agentCeiling.day),
    },
  };
}

/** What is different between two policies, value by value. */
export function policyDifferences(before: Policy, after: Policy): PolicyDifference[] {
  const from = leavesOf(policyInput(before));
  const to = leavesOf(policyInput(after));
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((path) => JSON.stringify(from.get(path)) !== JSON.stringify(to.get(path)))
    .map((path) => ({ path, from: from.get(path) ?? null, to: to.get(path) ?? null }));
}

/**
 * What a policy that was given says, by path. `budgets` is said amount by amount; everything else that is named replaces what there was.
 * @throws ProductionError `invalid_input`.
 */
export function statedIn(input: unknown): Map<string, unknown> {
  parsePolicy(input);
  const stated = new Map<string, unknown>();
  for (const [key, value] of Object.entries(input as Json)) {
    // Where an editor finds the schema is no part of the policy.
    if (value === undefined || key === '$schema') continue;
    if (key !== 'budgets') stated.set(key, value);
    else for (const [name, amount] of Object.entries(value as Json)) stated.set(`budgets.${name}`, amount);
  }
  return stated;
}

const segmentForm = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const forbidden = new Set(['constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty']);

/**
 * The policy with other values at some paths.
 * @throws ProductionError `invalid_input`, naming the field.
 */
export function changedPolicy(policy: Policy, paths: PolicyPaths): Policy {
  const input = JSON.parse(JSON.stringify(policyInput(policy))) as Json;
  for (const [path, value] of paths) put(input, path, value);
  return parsePolicy(input);
}

function put(input: Json, path: string, value: unknown): void {
  const names = path.split('.');
  if (names.length > 4 || names.some((name) => !segmentForm.test(name) || forbidden.has(name)))
    throw new ProductionError(
      'invalid_input',
      `policy: ${JSON.stringify(path.slice(0, 80))} is not a place in a policy, such as budgets.total or retry.timeout.attempts; showrunner policy lists them.`,
      { field: 'policy' },
    );
  let place = input;
  for (const name of names.slice(0, -1)) {
    const inner = place[name];
    place = isObject(inner) ? inner : (place[name] = {});
  }
  const last = names.at(-1) ?? '';
  if (value === undefined) delete place[last];
  else place[last] = value;
}

function leavesOf(value: unknown, path = '', leaves = new Map<string, unknown>()): Map<string, unknown> {
  if (isObject(value) && (path === '' || Object.keys(value).length > 0))
    for (const [key, inner] of Object.entries(value))
      leavesOf(inner, path === '' ? key : `${path}.${key}`, leaves);
  else if (value !== undefined && !isObject(value)) leaves.set(path, value);
  return leaves;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
