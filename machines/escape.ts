// oxlint-disable-next-line no-control-regex -- control characters are what is escaped
const steering = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]/g;
// The same, but for tab and the ends of lines.
const steeringInLines =
  // oxlint-disable-next-line no-control-regex -- control characters are what is escaped
  /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]/g;

function shown(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * A text for one line of a terminal: what would steer it (control characters, orders to write from right to left) is shown as `\u001b`, and white
 * space of any kind is a blank, so that nothing can look like a line of ours.
 */
export function escapeForTerminal(text: string): string {
  return text
    .replaceAll(/[\t\n\r]+/g, ' ')
    .replaceAll(steering, shown)
    .toWellFormed();
}

/** The same for a text that may have several lines. */
export function escapeLinesForTerminal(text: string): string {
  return text.replaceAll(steeringInLines, shown).toWellFormed();
}

/** JSON text that stays the same value, and that a terminal can show: `JSON.stringify` leaves C1 controls and orders of direction as they are. */
export function escapeJsonForTerminal(json: string): string {
  return json.replaceAll(steering, (sign) => (sign === '\n' ? sign : shown(sign)));
}

/** One word of a command line that is to be pasted into a POSIX shell. */
export function escapeForShell(word: string): string {
  // An equals sign in front is an order of zsh, a hyphen an option, a tilde a folder.
  if (/^[\w./:][\w.:@%+=,/-]*$/.test(word)) return word;
  return `'${escapeForTerminal(word).replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * A text as itself in a line of Markdown: no link, no emphasis, no heading, no active HTML, for readers that know CommonMark and for those that
 * put the whole as HTML on a page.
 */
export function escapeForMarkdown(text: string): string {
  const line = escapeForTerminal(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*[\]|~]/g, String.raw`\$&`)
    // Inside a word an underscore is one.
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\_`)
    // What GitHub's Markdown makes a link of without being asked.
    .replaceAll(/\b(https?|ftp)(:\/\/)/gi, '$1&#58;//')
    .replaceAll(/\b(www)\./gi, '$1&#46;')
    .replaceAll('@', '&#64;');
  return line
    .replace(/^\s+/, '')
    .replace(/^([#=+-]|\d{1,9}(?=[.)]))/, (sign) => (/\d/.test(sign) ? sign : `\\${sign}`))
    .replace(/^(\d{1,9})([.)])/, String.raw`$1\$2`)
    .replace(/(?<!#)(#+)\s*$/, (signs) => signs.replaceAll('#', String.raw`\#`));
}

/** A text as code in a line of Markdown, with as many backticks around it as it takes. */
export function markdownCode(text: string): string {
  const line = escapeForTerminal(text);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return line.startsWith('`') || line.endsWith('`') ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}

// oxlint-disable-next-line no-control-regex -- what XML 1.0 cannot carry
const notInXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** A text with no sign that XML cannot carry, for what escapes the others itself. */
export function textForXml(text: string): string {
  return text.toWellFormed().replaceAll(notInXml, '\ufffd');
}

/** A text as itself in XML and HTML, between tags or in a quoted attribute. */
export function escapeForXml(text: string): string {
  return textForXml(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
