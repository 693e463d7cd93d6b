export const stateUri = 'showrunner://state';

export function episodeUri(sessionId: string): string {
  return `showrunner://episodes/${sessionId}`;
}

/** What can be read beside the tools. */
export const resources = [
  {
    uri: stateUri,
    name: 'state',
    description: 'The production: how many episodes, and what they cost.',
    mimeType: 'application/json',
  },
] as const;

export const resourceTemplates = [
  {
    uriTemplate: 'showrunner://episodes/{id}',
    name: 'episode',
    description: 'How one episode stands.',
    mimeType: 'application/json',
  },
] as const;
