const settings = globalThis as { __zod_globalConfig?: { jitless?: boolean } };

/**
 * Zod writes a checker for each schema and has it compiled, which pays only for whoever checks many times. Before anything is checked, and in the
 * place where Zod looks for its settings (zod 4.6.7): its own `config` would load it for a command that may do without.
 */
export function checkOnce(): void {
  (settings.__zod_globalConfig ??= {}).jitless = true;
}
