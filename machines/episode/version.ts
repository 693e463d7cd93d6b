/** The chart's name and version. Raise the version, and add a migration, whenever the structure or the context changes. */
export const machineId = 'episode';
export const machineVersion = 2;
/** The chart's structure hash: reckoning it at each start takes longer than a commit. A test says when it is another. */
export const machineHash = 'dc2db3128c9886a4';
