/** How long an episode of our own crews may be, and is where nobody says it. Minutes. */
export const minutesRange = { least: 0.2, most: 60 } as const;
export const usualMinutes = 3;

/** What reading one source may be given. Seconds. */
export const secondsRange = { least: 1, most: 3600 } as const;
