import { optionalPackage } from '../../optional-package.js';

/** A whole MP3 as 16-bit mono; throws where it holds no sound. */
export async function decodeMp3(bytes: Uint8Array): Promise<{ rate: number; samples: Int16Array }> {
  const { MPEGDecoder } = await optionalPackage('mpg123-decoder', () => import('mpg123-decoder'));
  const decoder = new MPEGDecoder();
  await decoder.ready;
  try {
    const { channelData, sampleRate, samplesDecoded } = decoder.decode(bytes);
    const [first] = channelData;
    if (first === undefined || samplesDecoded === 0) throw new Error('the MP3 holds no sound');
    const samples = Int16Array.from(first, (sample) =>
      Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))),
    );
    return { rate: sampleRate, samples };
  } finally {
    decoder.free();
  }
}
