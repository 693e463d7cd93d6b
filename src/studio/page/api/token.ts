const key = 'showrunner.token';

/** Takes the token out of the address (`#token=…`), where it came in, and keeps it for this tab only. */
export function takeToken(): string | null {
  const match = /^#token=([^&]+)/.exec(location.hash);
  if (match?.[1]) {
    sessionStorage.setItem(key, decodeURIComponent(match[1]));
    // Replaced, not pushed: the token must not stay in the tab's history either.
    history.replaceState(null, '', `${location.pathname}${location.search}#/`);
  }
  return sessionStorage.getItem(key);
}

export function readToken(): string | null {
  return sessionStorage.getItem(key);
}

/** A refused token is of no more use. */
export function forgetToken(): void {
  sessionStorage.removeItem(key);
}
