/** An address, and what nobody may see of it. */
export interface SecretAddress {
  url: URL;
  /** Its name and password as HTTP sends them (RFC 7617), in base64. */
  basic?: string;
  /** Passwords, in each form in which they may be told. */
  secrets: string[];
}

/** Undefined where it is no address, also for a `%` before what is no code: Node's own error has the whole of it, password and all. */
export function readAddress(text: string): SecretAddress | undefined {
  try {
    const url = new URL(text);
    const [name, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    const basic = url.username === '' ? {} : { basic: Buffer.from(`${name}:${password}`).toString('base64') };
    const secrets = [url.password, password, url.searchParams.get('password')];
    return { url, ...basic, secrets: [...new Set(secrets.filter((secret) => !!secret))] as string[] };
  } catch {
    return undefined;
  }
}

/** Shorter ones are in too many words. */
const shortestRepeated = 4;

/** Whether a server has repeated one of them. */
export function hasSecret(text: string, secrets: readonly string[]): boolean {
  return secrets.some((secret) => secret.length >= shortestRepeated && text.includes(secret));
}

/** What a server says, which may repeat what it was told. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= shortestRepeated)
    .reduce((left, secret) => left.replaceAll(secret, '[redacted]'), text);
}
