import * as tf from '@tensorflow/tfjs';
import { completes, inpaint } from '@flowzoo/zoo';
import { equalShapes, sizeOf, type Shape } from '@flowzoo/core';
import { Option, type Command } from 'commander';
import { readData } from '../data/index.ts';
import { readEvents, readInput, toTensor } from '../input.ts';
import { dataTraits, openInpainter } from '../model-argument.ts';
import { addDataOptions, addDataOut, addExamples, positiveNumber, wholeNumber, type DataOptions } from '../options.ts';
import { checkOut, writeTensor } from '../output.ts';
import type { CommandContext } from '../command-context.ts';
import { openSession, type SessionOptions } from '../session.ts';
import { createProgress } from '../terminal/index.ts';

interface InpaintCommandOptions extends SessionOptions, DataOptions {
  readonly mask: string;
  readonly method: 'ascent' | 'langevin';
  readonly steps: number;
  readonly stepSize?: number;
  readonly seed: number;
  readonly out?: string;
}

const EXACT = 'drawn from the conditional of the model: every visible element comes before every hidden one';
const APPROXIMATE =
  'approximate: some visible elements come after hidden ones, which the model draws without having seen them';

/** `flowzoo inpaint`: fills in hidden elements, the visible ones fixed. */
export function addInpaint(program: Command, { terminal }: CommandContext): void {
  const command = program
    .command('inpaint')
    .description('fill in hidden elements of data, the visible ones fixed')
    .argument('<model>', 'preset or folder')
    .requiredOption('--mask <file>', '1 = visible, 0 = hidden (in a .png: white and black); one for all rows or each');
  addDataOptions(command, 'the data, hidden elements holding any value that is allowed');
  addDataOut(command, 'the filled-in data')
    .addOption(
      new Option('--method <name>', 'for flows: ascent climbs to a likely filling, langevin samples one')
        .choices(['ascent', 'langevin'])
        .default('ascent'),
    )
    .option('--steps <N>', 'how many steps', wholeNumber('--steps', 1), 300)
    .option(
      '--step-size <a>',
      "factor on the method's own step; default: 0.01 for ascent, 1 for langevin",
      positiveNumber('--step-size'),
    )
    .option('--seed <S>', 'seed of start and noise', wholeNumber('--seed', 0), 0)
    .action(async (name: string, options: InpaintCommandOptions) => {
      await checkOut(options.out);
      const model = await openInpainter(name, await openSession(options, terminal));
      const input = await readInput(options, model);
      const mask = await readMask(options.mask, { event: model.eventShape, rows: input.x.shape[0]! });
      const x = toTensor(input.x);
      const context = input.context === undefined ? undefined : toTensor(input.context);
      const { steps, stepSize, seed, method } = options;
      const completing = completes(model);
      const total = completing ? sizeOf(model.eventShape) : steps;
      const progress = createProgress({ label: 'inpaint', total, stream: terminal.progress });
      const result = await inpaint(model, {
        x,
        mask,
        method,
        steps,
        stepSize,
        seed,
        context,
        onProgress: (event) => progress.update((event.done / event.total) * total),
      });
      progress.finish(result.acceptance === null ? undefined : `acceptance ${result.acceptance.toFixed(2)}`);
      if (completing) terminal.error(result.exact ? EXACT : APPROXIMATE);
      tf.dispose(context === undefined ? [x, mask] : [x, mask, context]);
      await writeTensor(result.value, { out: options.out, ...dataTraits(model.spec) }, terminal);
      model.dispose();
    });
  addExamples(
    command,
    'inpaint realnvp-digits --data digits.npy --rows 0:16 --mask upper-half.npy --out filled.png',
    'inpaint realnvp-digits --data digits.npy --mask masks.npy --method langevin --steps 500 --seed 1 --out filled.npy',
  );
}

/** A mask for one example, or for each row. @throws E_EVENT_SHAPE, and what `readData` throws */
async function readMask(
  path: string,
  { event, rows }: { readonly event: Shape; readonly rows: number },
): Promise<tf.Tensor> {
  const whole = await readData(path);
  const single = equalShapes(whole.shape, event);
  const table = single ? whole : await readEvents(path, { event });
  const isPicture = table.dtype === 'uint8' && table.values.every((value) => value === 0 || value === 255);
  const values = isPicture ? table.values.map((value) => value / 255) : table.values;
  return tf.tensor(values, single || (table.shape[0] === 1 && rows !== 1) ? [...event] : [...table.shape]);
}
