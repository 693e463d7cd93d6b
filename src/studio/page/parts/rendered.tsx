import { useMemo } from 'preact/hooks';
import { lazily } from './lazily.js';
import { scriptLines } from './script-lines.js';

const Markdown = lazily('the text', async () => (await import('./markdown.js')).Markdown);

/** A file as a person reads it: Markdown and scripts as prose, JSON on many lines, everything else as it is. `isWhole`: nothing of it was cut off. */
export function Rendered({ name, text, isWhole }: { name: string; text: string; isWhole: boolean }) {
  const lines = useMemo(
    () => (isWhole && name.endsWith('.json') ? scriptLines(text) : undefined),
    [name, text, isWhole],
  );
  if (lines)
    return (
      <div class="reader reader-prose" tabIndex={0} role="region" aria-label={name}>
        {lines.map(({ speaker, text }, at) => (
          <p key={at}>
            <b>{speaker}</b> {text}
          </p>
        ))}
      </div>
    );
  if (/\.(?:md|markdown)$/i.test(name))
    return (
      <div class="reader reader-prose" tabIndex={0} role="region" aria-label={name}>
        <Markdown text={text} />
      </div>
    );
  return (
    <pre class="reader" tabIndex={0} role="region" aria-label={name}>
      {isWhole ? readable(name, text) : text}
    </pre>
  );
}

/** What is nested deep grows with its square where it is indented. */
const mostGrown = 8;

/** JSON on many lines; everything else as it is. */
function readable(name: string, text: string): string {
  if (!name.endsWith('.json')) return text;
  try {
    const lines = JSON.stringify(JSON.parse(text), null, 2);
    return lines.length > mostGrown * text.length + 1000 ? text : lines;
  } catch {
    return text;
  }
}
