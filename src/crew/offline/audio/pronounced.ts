import { plainForm, spokenForm } from '../script/speakable.js';

/** Said letter by letter where the voice would read a word; those without a vowel it spells by itself. */
const spelled =
  /\b(?:API|CEO|CIA|FAA|EPA|IPO|UAE|EEG|MRI|ICU|IDE|CLI|AWS|HIV|LED|UPS|USA|UCLA|MIT|IMF|FAQ|ETA|AMD|ETL|UUID|URL|URI|AOL|IEA|OAS|EDF|AFL|CIO|IUCN)(?=s?\b)/gu;
const roman = /^(?:II|IV|VI|IX|XI|XV|XX|XL|LI|LV|LX|CC|CD|CM|DC|MC|MD|MM)$/u;
const okay: Readonly<Record<string, string>> = { OK: 'okay' };

const letters = (word: string): string => Array.from(word).join(' ');

/** Spelling that flite says better than the written one; captions keep the written one. */
export function pronounced(text: string): string {
  const said = spokenForm(text) ?? plainForm(text);
  // A heading in capitals is made of words.
  const isShouted = /\b\p{Lu}{2,} \p{Lu}{2,} \p{Lu}{2,}\b/u.test(said);
  return said
    .replaceAll(/\b[A-Z]{2}(?=s?\b)/gu, (word) =>
      roman.test(word) || isShouted ? word : (okay[word] ?? letters(word)),
    )
    .replaceAll(spelled, letters)
    .replaceAll(/\bJSON\b/gu, 'Jason')
    .replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})/gu, ' ')
    .replaceAll('"', '');
}
