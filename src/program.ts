export const programVersion = '0.1.0';
/** The program and its version, as journals record it. */
export const programName = `showrunner ${programVersion}`;
