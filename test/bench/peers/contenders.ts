import { langGraph, langGraphUnsynced } from './langgraph.js';
import { plainLowdb } from './lowdb.js';
import { showrunner } from './showrunner.js';
import { sqlite, sqliteGrouped } from './sqlite.js';
import type { Contender } from './workload.js';

/** Everyone who takes part, in the order of the table. */
export const contenders = {
  showrunner,
  sqlite,
  sqliteGrouped,
  langGraph,
  langGraphUnsynced,
  plainLowdb,
} satisfies Record<string, Contender>;
export type ContenderName = keyof typeof contenders;
export const contenderNames = Object.keys(contenders) as ContenderName[];
