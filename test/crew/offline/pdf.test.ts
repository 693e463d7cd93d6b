import { PDFDocument } from 'pdfkit';
import { describe, expect, it } from 'vitest';
import { extract } from '../../../src/crew/offline/research/extract.js';

type Draw = (pdf: PDFDocument) => void;

/** The bytes of a PDF as a program for books would make it: A4 pages, Helvetica of 11 points. */
function drawn(draw: Draw): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const pdf = new PDFDocument({ size: 'A4', margin: 72 });
    const parts: Uint8Array[] = [];
    pdf.on('data', (part) => parts.push(part));
    pdf.on('end', () => resolve(new Uint8Array(Buffer.concat(parts))));
    draw(pdf.fontSize(11));
    pdf.end();
  });
}

async function read(draw: Draw) {
  const { sentences, leftOut, total } = await extract('pdf', await drawn(draw), () => {});
  return {
    texts: sentences.map(({ text }) => text),
    headings: sentences.map(({ heading }) => heading),
    leftOut,
    total,
  };
}

const names = 'Anna Berta Clara Dora Emma Frida Greta Hanna Ida Julia Karla Lena'.split(' ');
const prose = names.map(
  (name) => `The keeper ${name} did not open the wooden door of the old house for the people of the town.`,
);
const [first = '', second = '', third = '', fourth = ''] = prose;
/** Words at a place of the page, on one line. */
const at = (pdf: PDFDocument, text: string, x: number, y: number): void =>
  void pdf.text(text, x, y, { lineBreak: false });

describe('a PDF', () => {
  it('given paragraphs with both margins even, when it is read, then each sentence is found once and whole', async () => {
    const { texts, leftOut } = await read((pdf) => pdf.text(prose.join(' '), { align: 'justify' }));
    expect(texts).toEqual(prose);
    expect(leftOut).toEqual({});
  });

  it('given running heads and page numbers, when it is read, then they are counted apart and stand in no sentence', async () => {
    const { texts, leftOut } = await read((pdf) => {
      for (let page = 0; page < 3; page += 1) {
        if (page > 0) pdf.addPage();
        at(pdf, 'The history of the bees and of their keepers', 72, 30);
        pdf.text(prose.slice(4 * page, 4 * page + 4).join(' '), 72, 90);
        at(pdf, `Page ${String(page + 1)} of 3`, 280, 750);
      }
    });
    expect(texts).toEqual(prose);
    expect(leftOut).toEqual({ page_frame: 6 });
  });

  it('given a sentence that goes on over the page, when it is read, then it is left out, and the next one is whole', async () => {
    const { texts, leftOut } = await read((pdf) => {
      at(pdf, 'The history of the bees', 72, 30);
      pdf.text('The keeper of the long winter did not open the wooden door of the', 72, 700);
      at(pdf, '1', 300, 750);
      pdf.addPage();
      at(pdf, 'The history of the bees', 72, 30);
      pdf.text(`Germans of the old town. ${second}`, 72, 90);
      at(pdf, '2', 300, 750);
    });
    expect(texts).toEqual([second]);
    expect(leftOut).toEqual({ page_frame: 4, page_break: 1 });
  });

  it('given a first line that comes on each page and stands right over the text, when it is read, then nothing is quoted without it', async () => {
    const { texts } = await read((pdf) => {
      for (let page = 0; page < 2; page += 1) {
        if (page > 0) pdf.addPage();
        pdf.text('The old book of the town does not say that the', 72, 72);
        pdf.text(
          `${['Germans', 'Romans'][page] ?? ''} are tall people with big houses. ${prose[page] ?? ''}`,
        );
      }
    });
    expect(texts.filter((text) => text.includes('tall people'))).toEqual([]);
  });

  it('given notes below and their numbers above the line, when it is read, then both are left out of the sentences', async () => {
    const { texts, leftOut } = await read((pdf) => {
      pdf.text(first, 72, 72, { continued: true }).fontSize(7).text('1', { continued: true, rise: 4 });
      pdf.fontSize(11).text(` ${second} ${third}`, { rise: 0 });
      pdf
        .fontSize(8)
        .text('1 The note of the book says that the door was never made of wood at all.', 72, 700);
    });
    expect(texts).toEqual([first, second, third]);
    expect(leftOut).toEqual({ small_print: 1 });
  });

  it.each([
    ['a power of ten', '10', '6', 'The lake of the town holds 10⁶ barrels of the clear water.'],
    ['a number after a word', 'many', '6', undefined],
    ['a number after a year', '1945', '6', undefined],
  ])(
    'given %s above the line, when it is read, then it is that or left out',
    async (_, before, above, expected) => {
      const { texts } = await read((pdf) => {
        pdf.text(`The lake of the town holds ${before}`, 72, 72, { continued: true });
        pdf.fontSize(7).text(above, { continued: true, rise: 4 });
        pdf.fontSize(11).text(' barrels of the clear water.', { rise: 0 });
      });
      expect(texts).toEqual(expected === undefined ? [] : [expected]);
    },
  );

  it('given a word that a line breaks, when it is read, then its sentence is left out and counted', async () => {
    const { texts, leftOut } = await read((pdf) =>
      pdf.text(`The lamp of the light-\nhouse was lit by the keeper in the spring. ${first}`),
    );
    expect(texts).toEqual([first]);
    expect(leftOut).toEqual({ broken_word: 1 });
  });

  it('given two columns one after the other, when it is read, then each is read downwards', async () => {
    const { texts, total } = await read((pdf) =>
      pdf.text(prose.join(' '), { columns: 2, columnGap: 18, height: 220 }),
    );
    for (const text of texts) expect(prose).toContain(text);
    expect(texts.length).toBeGreaterThanOrEqual(prose.length - 2);
    expect(total).toBe(prose.length);
  });

  it.each([18, 30, 90])(
    'given two columns that are drawn line by line, %s points apart, when it is read, then nothing is quoted across',
    async (gap) => {
      const left = ['The keeper of the winter did not', 'open the wooden door of the house.'];
      const right = ['The bees of the north do not fly', 'in the rain of the cold winter there.'];
      const { texts, leftOut } = await read((pdf) => {
        left.forEach((line, row) => {
          at(pdf, line, 72, 100 + 14 * row);
          at(pdf, right[row] ?? '', 72 + pdf.widthOfString(left[0] ?? '') + gap + 12, 100 + 14 * row);
        });
      });
      expect(texts).toEqual([]);
      expect(leftOut).toMatchObject({ columns: expect.any(Number) as number });
    },
  );

  it('given numbers of lines in the margin, when it is read, then they come into no sentence', async () => {
    const { texts } = await read((pdf) => {
      [
        'The keeper of the long winter did not open the',
        'wooden door of the old house for the people of',
        'the town in the winter.',
      ].forEach((line, row) => {
        at(pdf, String(row + 1), 54, 100 + 14 * row);
        at(pdf, line, 72, 100 + 14 * row);
      });
    });
    expect(texts).toEqual([]);
  });

  it('given letters printed twice to look bold, when it is read, then each word is there once', async () => {
    const { texts } = await read((pdf) => {
      const end = first.lastIndexOf(' ', 70);
      at(pdf, first.slice(0, end), 72, 100);
      at(pdf, first.slice(0, end), 72.3, 100);
      at(pdf, first.slice(end + 1), 72, 114);
    });
    expect(texts).toEqual([first]);
  });

  it('given headings, a caption, a table and a turned mark, when it is read, then they are counted apart', async () => {
    const { texts, headings, leftOut } = await read((pdf) => {
      pdf.fontSize(18).text('The life of bees').fontSize(11).text(`${first} ${second}`);
      pdf.fontSize(8).text('Figure 1. The bees of the north are not the bees of the south.').fontSize(11);
      pdf.fontSize(14).text('The winter').fontSize(11).text(`${third} ${fourth}`);
      at(pdf, '1945', 72, 400);
      at(pdf, 'The bees of the south were never there at all.', 200, 400);
      pdf
        .save()
        .rotate(45, { origin: [300, 500] })
        .text('The draft is not for the use of anybody here.', 300, 500)
        .restore();
    });
    expect(texts).toEqual([first, second, third, fourth]);
    expect(headings).toEqual(['The life of bees', 'The life of bees', 'The winter', 'The winter']);
    expect(leftOut).toEqual({ heading: 2, small_print: 2, columns: 1, turned_text: 1 });
  });

  const sentences = [first, second, third];
  /** The second of three sentences, drawn as `draw` does it. */
  const middle =
    (draw: (pdf: PDFDocument, text: string) => void): Draw =>
    (pdf) => {
      pdf.text(first, 72, 100);
      draw(pdf, second);
      pdf.fillColor('black').fillOpacity(1).text(third, 72, 400);
    };
  const from = (text: string, word: string): [string, string, string] => {
    const [before = '', after = ''] = text.split(word);
    return [before, word, after];
  };

  it.each<[string, string, Draw]>([
    [
      'a word with a line through it',
      'struck_out',
      middle((pdf, text) => {
        const [before, word, after] = from(text, 'not ');
        pdf.text(before, 72, 200, { continued: true }).text(word, { continued: true, strike: true });
        pdf.text(after, { strike: false });
      }),
    ],
    [
      'a word that a thin box goes through',
      'struck_out',
      middle((pdf, text) => {
        const [before, word] = from(text, 'not ');
        pdf.text(text, 72, 200);
        const x = 72 + pdf.widthOfString(before);
        pdf.rect(x, 205, pdf.widthOfString(word), 0.6).fill('red');
      }),
    ],
    [
      'a whole sentence with a line through it',
      'struck_out',
      middle((pdf, text) => void pdf.text(text, 72, 200, { strike: true })),
    ],
    [
      'a word that a reviewer struck out in a reader',
      'struck_out',
      middle((pdf, text) => {
        const [before, word] = from(text, 'not ');
        pdf.text(text, 72, 200);
        pdf.strike(72 + pdf.widthOfString(before), 200, pdf.widthOfString(word), 11, { color: 'red' });
      }),
    ],
    [
      'words in the colour of the paper',
      'hidden_words',
      middle((pdf, text) => void pdf.fillColor('#fefefe').text(text, 72, 200)),
    ],
    [
      'one word in the colour of the paper',
      'hidden_words',
      middle((pdf, text) => {
        const [before, word, after] = from(text, 'not ');
        pdf.text(before, 72, 200, { continued: true }).fillColor('white').text(word, { continued: true });
        pdf.fillColor('black').text(after);
      }),
    ],
    [
      'words that let everything through',
      'hidden_words',
      middle((pdf, text) => void pdf.fillOpacity(0).text(text, 72, 200)),
    ],
    [
      'a word under a black box',
      'hidden_words',
      middle((pdf, text) => {
        const [before, word] = from(text, 'wooden ');
        pdf.text(text, 72, 200);
        pdf.rect(72 + pdf.widthOfString(before), 199, pdf.widthOfString(word), 13).fill('black');
      }),
    ],
    [
      'black words on a black box',
      'hidden_words',
      middle((pdf, text) => {
        pdf.rect(60, 195, 480, 40).fill('black');
        pdf.fillColor('black').text(text, 72, 200);
      }),
    ],
  ])(
    'given %s, when it is read, then that sentence is left out as %s, and the others are there',
    async (_, reason, draw) => {
      const { texts, leftOut } = await read(draw);
      expect(texts).toEqual([first, third]);
      expect(leftOut).toEqual({ [reason]: 1 });
    },
  );

  it.each<[string, Draw]>([
    ['words that are underlined', middle((pdf, text) => void pdf.text(text, 72, 200, { underline: true }))],
    ['words in another colour', middle((pdf, text) => void pdf.fillColor('#1144aa').text(text, 72, 200))],
    [
      'light words on a dark box',
      middle((pdf, text) => {
        pdf.rect(60, 195, 480, 40).fill('navy');
        pdf.fillColor('white').text(text, 72, 200);
      }),
    ],
    [
      'words on a yellow ground',
      middle((pdf, text) => {
        pdf.rect(60, 195, 480, 40).fill('yellow');
        pdf.fillColor('black').text(text, 72, 200);
      }),
    ],
    [
      'words that somebody marked in a reader',
      middle((pdf, text) => {
        pdf.text(text, 72, 200);
        pdf.highlight(72, 200, pdf.widthOfString(text), 11);
      }),
    ],
    [
      'words in a frame',
      middle((pdf, text) => {
        pdf.text(text, 72, 200);
        pdf.rect(60, 195, 480, 40).stroke('black');
      }),
    ],
    [
      'words beside a box that is cut off before them',
      middle((pdf, text) => {
        pdf.text(text, 72, 200);
        pdf.save().rect(10, 190, 20, 40).clip().rect(0, 150, 600, 100).fill('black').restore();
      }),
    ],
    [
      'a page that is light on dark',
      (pdf) => {
        pdf.rect(0, 0, 600, 850).fill('#101010');
        pdf.fillColor('white');
        sentences.forEach((text, row) => void pdf.text(text, 72, 100 + 100 * row));
      },
    ],
  ])('given %s, when it is read, then they are quoted as the others are', async (_, draw) => {
    const { texts } = await read(draw);
    expect(texts).toEqual(sentences);
  });

  const things = [
    'The keeper Anna never opened the wooden door of the old house;',
    'the keeper Berta opened the wooden door of the old house on each day.',
    'The keeper Clara never had a key for the door of the HTML.',
    'The keeper Dora opened the wooden door with a key of her own.',
  ];
  it.each<[string, Draw]>([
    ['dots that are drawn', (pdf) => void pdf.list(things, { bulletRadius: 2 })],
    ...['•', '-', '–', '*'].map((mark): [string, Draw] => [
      `"${mark}"`,
      (pdf) => things.forEach((text) => void pdf.text(`${mark} ${text}`)),
    ]),
    ['numbers', (pdf) => things.forEach((text, index) => void pdf.text(`${String(index + 1)}. ${text}`))],
    ['letters', (pdf) => things.forEach((text, index) => void pdf.text(`(${'abcd'.charAt(index)}) ${text}`))],
  ])('given a list with %s, when it is read, then each item is a text of its own', async (_, draw) => {
    const { texts, leftOut } = await read(draw);
    expect(texts).toEqual(things.slice(2));
    expect(leftOut).toEqual({ no_end: 1, no_beginning: 1 });
  });

  it('given a number that begins a line by chance, when it is read, then nobody takes it for an item and loses it', async () => {
    const { texts, leftOut } = await read((pdf) => {
      pdf.text('The keeper of the old house was born in the month of May in the year of the town', 72, 100);
      pdf.text(`12. Of that year the wooden door was built for the house. ${second}`, 72, 114);
    });
    expect(texts).toEqual([second]);
    expect(leftOut).toEqual({ no_end: 1, unsure_line_end: 1 });
  });
});
