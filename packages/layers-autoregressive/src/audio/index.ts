export { muLawDecode, muLawEncode, normalizePeak } from './mu-law.ts';
export { readWav, writeWav, type Recording, type WavFormat } from './wav.ts';
