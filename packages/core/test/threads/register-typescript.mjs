// For `node --import`: threads and processes of tests run the sources, of every package, as they are.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
