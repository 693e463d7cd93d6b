import { describe, expect, it } from 'vitest';
import { pronounced } from '../../../src/crew/offline/audio/pronounced.js';
import { voiceWords } from './voice-words.js';

describe('the words that the voice says', () => {
  it.each([
    [
      'The firm paid $3.5bn and $1.5M.',
      'the firm paid three point five billion dollars and one point five million dollars',
    ],
    ['It lent US$400 and A$5.', 'it lent four hundred u s dollars and five australian dollars'],
    ['A $5 bill cost £2,500.', 'a five dollar bill cost two thousand five hundred pounds'],
    ['It fell from $5.50 to 50¢.', 'it fell from five dollars and fifty cents to fifty cents'],
    ['It costs $5–10 or 5 €.', 'it costs five to ten dollars or five euros'],
    ['It is $20/month, or €5/kg.', 'it is twenty dollars per month or five euros per kilogram'],
    ['It fell to −5 °C.', 'it fell to minus five degrees celsius'],
    ['It rose by 5±1%.', 'it rose by five plus or minus one percent'],
    ['It is ½ of it, or 1½, or 3/4.', 'it is one half of it or one and a half or three quarters'],
    ['It is open 24/7, and 8/10 like it.', 'it is open twenty four seven and eight out of ten like it'],
    ['It runs 5 km at 60 mph.', 'it runs five kilometers at sixty miles per hour'],
    ['A 10-kg box is 1 m long.', 'a ten kilogram box is one meter long'],
    [
      'It has 50 kW and 3×10⁸ m/s.',
      'it has fifty kilowatts and three times ten to the power of eight meters per second',
    ],
    ['It is 10 x 20 cm.', 'it is ten by twenty centimeters'],
    ['It has 5m people and 5G.', 'it has five m people and five g'],
    ['The No. 1 song is in Fig. 4.', 'the number one song is in figure four'],
    ['He said no. It is so.', 'he said no it is so'],
    ['Smith & Co. went to Prof. Lee.', 'smith and company went to professor lee'],
    ['On Jan. 5 Mt. Fuji was white.', 'on january fifth mount fuji was white'],
    ['The ratio is 3:1 at 10:30.', 'the ratio is three to one at ten thirty'],
    ['It is version 2.0.1 of it.', 'it is version two point zero point one of it'],
    ['It was from 1850 to 1860.', 'it was from eighteen fifty to eighteen sixty'],
    ['It was in 1905, of 1500 men.', 'it was in nineteen oh five of one thousand five hundred men'],
    ['The US and the UK use an API.', 'the u s and the u k use an a p i'],
    ['The AK-47 is OK.', 'the a k forty seven is okay'],
    ['IPv6 and AT&T and TCP/IP.', 'i p v six and a t and t and t c p i p'],
    ['The Paris–Dakar race is long.', 'the paris dakar race is long'],
    ['King Henry VIII saw World War II.', 'king henry the eighth saw world war two'],
  ])('given "%s", when it is spoken, then the voice says "%s"', (text, said) => {
    expect(voiceWords(pronounced(text))).toBe(said);
  });

  it.each([
    ['It works at 5 p.m. in the U.S. in winter.', 'It works at 5 P M in the U S in winter.'],
    ['Rowling, J.K., is there.', 'Rowling, J K, is there.'],
    ['It is in the U.S. The firm is.', 'It is in the U S. The firm is.'],
    ['He works for Smith Co. The firm is old.', 'He works for Smith Company. The firm is old.'],
    ['He works for Smith Inc.', 'He works for Smith Incorporated.'],
  ])(
    'given "%s", when it is spoken, then the voice rests only where a sentence ends: "%s"',
    (text, given) => {
      expect(pronounced(text)).toBe(given);
    },
  );

  it('given a sign that it cannot say beside others that have words, when a text of a writer is spoken, then those are said', () => {
    expect(voiceWords(pronounced('It costs £5 for 123456 of them.'))).toBe(
      'it costs five pounds for one two three four five six of them',
    );
  });
});
