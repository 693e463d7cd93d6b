import * as z from 'zod';

/** Zod writes a checker for each schema and has it compiled, which pays only for whoever checks many times. Before anything is checked. */
export function checkOnce(): void {
  z.config({ jitless: true });
}
