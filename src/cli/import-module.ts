type Import = (name: string) => Promise<unknown>;

const lent = Symbol.for('showrunner.import');

/** Lends how modules are imported to code that V8 has kept, of which Node 20 no longer knows where its imports are resolved. */
export function lendImport(how: Import): void {
  Object.defineProperty(globalThis, lent, { value: how });
}

/** Imports a module that is no part of the program, by its address. */
export function importModule(name: string): Promise<unknown> {
  const how = (globalThis as { [lent]?: Import })[lent];
  return how ? how(name) : import(name);
}
