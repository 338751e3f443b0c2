// The Free Spoken Digit Dataset as rows for training, and models of it scored on whole recordings.
//
//   node scripts/recordings.mjs prepare FOLDER --out ROWS                     µ-law levels; digit and speaker as context
//   node scripts/recordings.mjs prepare FOLDER --out ROWS --speaker jackson   real samples of one speaker; digit as context
//   node scripts/recordings.mjs score MODEL FOLDER [--speaker NAME] [--json]  bits per sample of the official test recordings
//
// FOLDER has the recordings as the data set comes, 0_jackson_0.wav and so on, or one pcm16.npy with an index.csv.
import { parseArgs } from 'node:util';
import { prepare } from './recordings/prepare.mjs';
import { score } from './recordings/score.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    speaker: { type: 'string' },
    time: { type: 'string', default: '2048' },
    json: { type: 'boolean', default: false },
  },
});
const [command, ...names] = positionals;
if (command === 'prepare' && names.length === 1 && options.out !== undefined) {
  await prepare(names[0], { ...options, time: Number(options.time) });
} else if (command === 'score' && names.length === 2) {
  const result = await score({ folder: names[0], data: names[1], speaker: options.speaker });
  const { bits, standardError, kind, recordings, samples } = result;
  if (options.json) console.log(JSON.stringify(result, null, 2));
  else {
    const value = `${bits.toFixed(3)} ± ${standardError.toFixed(3)} bits per sample (${kind})`;
    console.log(`${value}, ${recordings} recordings, ${samples.toLocaleString('en-US')} samples`);
  }
} else {
  console.error('usage: recordings.mjs prepare FOLDER --out ROWS [--speaker NAME] | score MODEL FOLDER [--json]');
  process.exitCode = 2;
}
