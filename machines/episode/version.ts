/** The chart's name and version. Raise the version, and add a migration, whenever the structure or the context changes. */
export const machineId = 'episode';
export const machineVersion = 2;
