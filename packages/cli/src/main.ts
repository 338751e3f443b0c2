import { run } from './run.ts';
import { tolerateClosedPipes } from './terminal.ts';

tolerateClosedPipes();
process.exitCode = await run(process.argv.slice(2));
