import { run } from './run.ts';
import { guardOutput } from './terminal.ts';

guardOutput();
process.exitCode = await run(process.argv.slice(2));
