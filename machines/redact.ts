import { placesOfKeys, type Stretch } from './secret-places.js';

/** Takes secrets out of what is about to be kept or shown. */
export interface Redactor {
  /** For what people and providers say (errors, reasons, progress): secrets that are known by name or by form, and what looks like one. */
  message(text: string): string;
  /** For data and names: only secrets that are known by name or by form, since what only looks random may be a hash. Sound for JSON text too. */
  data(text: string): string;
}

/** What stands in a secret's place. */
export const redacted = '[redacted]';

// Never longer than what it stands for: lengths are bounded.
function mask(secret: string): string {
  return secret.length < redacted.length ? '*'.repeat(secret.length) : redacted;
}

// The keys of providers have forms of their own, most of them a prefix (as documented by each in 2025). All are matched in linear time: none begins inside a word.
const forms = [
  // OpenAI, Anthropic, OpenRouter, DeepSeek, ElevenLabs, Cartesia, Stripe
  'sk[-_](?=[A-Za-z_-]{0,64}[0-9])[A-Za-z0-9_-]{16,}',
  '[rp]k_(?:live|test)_[A-Za-z0-9]{10,}',
  // Google: an API key, an OAuth token, a client secret
  'AIza[A-Za-z0-9_-]{30,}',
  'ya29\\.[A-Za-z0-9_-]{20,}',
  'GOCSPX-[A-Za-z0-9_-]{20,}',
  // Perplexity, Groq, xAI, Hugging Face, Replicate, Fireworks, Tavily, Jina, Voyage, NVIDIA, Cerebras, Together
  '(?:pplx|xai|tvly|pa|nvapi|csk|tgp_v1)[-_](?=[A-Za-z_-]{0,64}[0-9])[A-Za-z0-9_-]{24,}',
  '(?:gsk|hf|r8|fw|jina)_[A-Za-z0-9_-]{20,}',
  // GitHub, GitLab, npm, Slack, AWS
  '(?:gh[pousr]|npm)_[A-Za-z0-9]{30,}',
  'github_pat_[A-Za-z0-9_]{30,}',
  'glpat-[A-Za-z0-9_-]{20,}',
  'xox[abeprs]-[A-Za-z0-9-]{10,}',
  'A(?:KIA|SIA)[A-Z0-9]{16}',
  // A JSON Web Token
  'eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*',
];
const known = new RegExp(`(?<![A-Za-z0-9_-])(?:${forms.join('|')})`, 'g');
const oneKnown = new RegExp(known.source);
const privateKey = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g;
const bearer = /\b(Bearer|Basic)([ +])([A-Za-z0-9._~+/=-]{16,})/gi;

const authorization = /\b((?:proxy-)?authorization["']?\s{0,3}[:=]\s{0,3}["']?)([^"'\r\n]+)/gi;
const named =
  /((?:api|access|secret|private|auth|session|client|refresh|xi)[-_ ]?(?:key|token|secret)|token|secret|passw(?:or)?d|pwd|signature)(["']?\s{0,3}(?:[:=]|is)\s{0,3}["']?)([^\s"',;&<>]{6,})/gi;
const inAddress = /(:\/\/)([^\s/@:]{0,200}:[^\s/@]{1,200})(?=@)/g;
const parameter = /([?&](?:api[-_]?)?(?:key|token|sig|secret)=)([^&\s"'#]+)/gi;
const nameOfSecret = /authorization|key|token|secret|passw|pwd|signature/i;
const parameterName = /[?&](?:sig|key|token|secret|api)/i;
const shortestLong = 32;
const long = /(?<![A-Za-z0-9_+=-])[A-Za-z0-9_+=-]{32,}/g;

/** A redactor that knows these secrets, beside all forms of keys that are documented. */
export function makeRedactor(secrets: readonly string[] = []): Redactor {
  const texts = literals(secrets);
  const literal = anyOf(texts);
  const withoutNamed = (text: string): string =>
    literal === undefined || !texts.some((each) => text.includes(each))
      ? text
      : text.replaceAll(literal, mask);
  return {
    data(text) {
      const named = withoutNamed(text);
      return withoutKeys(named, placesOfKeys(named));
    },
    message(text) {
      const named = withoutNamed(text);
      const places = placesOfKeys(named);
      const clean = withoutKeys(named, places);
      const unnamed = clean !== named || mayName(clean) ? withoutWhatIsNamed(clean) : clean;
      const hasLong = places.some(([from, to]) => to - from >= shortestLong);
      return hasLong ? unnamed.replaceAll(long, (all: string) => (isRandom(all) ? mask(all) : all)) : unnamed;
    },
  };
}

/** Keys of the documented forms. Nothing is looked for where there is no room for one. */
function withoutKeys(text: string, places: readonly Stretch[]): string {
  const may = places.some((place) => mayHoldKey(text, place)) || text.includes('PRIVATE KEY-----');
  if (!may) return text;
  return text
    .replaceAll(known, mask)
    .replaceAll(privateKey, mask)
    .replaceAll(bearer, (_all, scheme: string, gap: string, secret: string) => scheme + gap + mask(secret));
}

const longestScheme = 7;

/** A key of a documented form lies in one stretch; a token stands behind the name of its scheme. */
function mayHoldKey(text: string, [from, to]: Stretch): boolean {
  const stretch = text.slice(from, to);
  if (oneKnown.test(stretch)) return true;
  if (stretch.includes('+') && /(?:bearer|basic)\+/i.test(stretch)) return true;
  return (
    text[from - 1] === ' ' && /(?:bearer|basic) $/i.test(text.slice(Math.max(0, from - longestScheme), from))
  );
}

/** Whether there is what a name and its secret need: the name, and what stands between them, or an address. */
function mayName(text: string): boolean {
  const hasGap = text.includes(':') || text.includes('=') || /is/i.test(text);
  return hasGap && (text.includes('://') || nameOfSecret.test(text) || parameterName.test(text));
}

function withoutWhatIsNamed(text: string): string {
  return text
    .replaceAll(authorization, (_all, name: string, secret: string) => name + mask(secret))
    .replaceAll(named, (all: string, name: string, gap: string, secret: string) =>
      /\d/.test(secret) ? name + gap + mask(secret) : all,
    )
    .replaceAll(inAddress, (_all, scheme: string, secret: string) => scheme + mask(secret))
    .replaceAll(parameter, (_all, name: string, secret: string) => name + mask(secret));
}

/** As they are, and as JSON writes them. */
function literals(secrets: readonly string[]): string[] {
  const texts = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  return [...new Set(texts)].filter((text) => text !== '');
}

/** What finds any of these texts, the longest first; undefined where there are none. */
export function anyOf(texts: readonly string[]): RegExp | undefined {
  const sorted = [...new Set(texts)].filter((text) => text !== '').toSorted((a, b) => b.length - a.length);
  const escaped = sorted.map((text) => text.replaceAll(/[$()*+.?[\\\]^{|}/-]/g, String.raw`\$&`));
  return escaped.length === 0 ? undefined : new RegExp(escaped.join('|'), 'g');
}

/** Letters of both cases and digits: what no word and no hash is. */
function isRandom(text: string): boolean {
  return /[a-z]/.test(text) && /[A-Z]/.test(text) && (text.match(/\d/g)?.length ?? 0) > 1;
}

const secretName = /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$/i;
const shortestSecret = 12;
const shortestGiven = 4;

/** What an environment holds that nobody should see: variables that are named as secrets, and what SHOWRUNNER_REDACT adds, one a line or between commas. */
export function secretsIn(environment: Readonly<Record<string, string | undefined>>): string[] {
  const own = (environment['SHOWRUNNER_REDACT'] ?? '')
    .split(/[\n,]/)
    .map((text) => text.trim())
    .filter((text) => text.length >= shortestGiven);
  const named = Object.entries(environment).flatMap(([name, value = '']) =>
    secretName.test(name) && value.length >= shortestSecret && !/^[./~]|\s/.test(value) ? [value] : [],
  );
  return [...own, ...named];
}
