/** The program and its version, as journals record it. */
export const programName = 'showrunner 0.1.0';
