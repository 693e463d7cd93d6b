/** In an episode's folder: how `showrunner produce` was called. */
export const produceSettingsFile = 'producing.json';
