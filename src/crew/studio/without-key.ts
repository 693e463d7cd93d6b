/** A text without a key, should a provider have repeated it. */
export function withoutKey(text: string, key: string): string {
  const shown =
    key === '' ? text : text.replaceAll(key, '[key]').replaceAll(encodeURIComponent(key), '[key]');
  // OpenAI repeats a key's beginning and end: "sk-proj-********abcd".
  return shown.replaceAll(/\b(?:sk|xi)[-_][\w*-]{8,}/gu, '[key]');
}
