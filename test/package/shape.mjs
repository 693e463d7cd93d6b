// Compares what a page shows with what appears: amounts, words and counts as they are; ids, times, processes and places in the journal by their form.

const forms = [
  [/ep_(\d{3})_\d{8}_\d{6}(?:_[0-9a-f]+)?/g, 'ep_$1_<time>'],
  [/\d{4}-\d{2}-\d{2}T\d{2}[-:]\d{2}[-:]\d{2}(?:[.-]\d{3})?Z/g, '<instant>'],
  [/\d{4}-\d{2}-\d{2}/g, '<date>'],
  [/\S+ \(process \d+\)/g, '<somebody>'],
  [/paused by [^:]+/g, 'paused by <somebody>'],
  [/(?:\/[^\s/]+)+\/production/g, '<path>/production'],
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>'],
  [/token=\S+/g, 'token=<token>'],
  [/\b\d+ (s|min|h)\b/g, '<n> $1'],
  [/(_time,\w*,)[\d.]+/g, '$1<n>'],
  [/^\d+( +<instant>)/, '<position>$1'],
  [/ +$/, ''],
  [/(\S) {2,}/g, '$1  '],
];

export function formOf(line) {
  return forms.reduce((text, [form, by]) => text.replace(form, by), line);
}

/** The first line that is shown and does not appear where it should; nothing where all do. A line `…` stands for any that are left out. */
export function unlike(shown, appeared) {
  if (shown.length === 0) return undefined;
  const left = appeared.map(formOf);
  let mayJump = false;
  for (const line of shown) {
    if (line.trim() === '…') {
      mayJump = true;
      continue;
    }
    const wanted = formOf(line);
    const at = left.indexOf(wanted);
    if (at < 0 || (at > 0 && !mayJump))
      return `shown is ${JSON.stringify(wanted)}, what appears is ${JSON.stringify(left[0] ?? null)}`;
    left.splice(0, at + 1);
    mayJump = false;
  }
  return left.length > 0 && !mayJump ? `what appears goes on: ${JSON.stringify(left[0])}` : undefined;
}

export function linesOf(text) {
  return text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}
