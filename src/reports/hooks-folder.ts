/** Where hooks keep what they count, in a production's directory. */
export const hooksFolder = '.hooks';
export const largestNotes = 1024 * 1024;
