export { run } from './incremental/interpreter';
export { gather, scatter } from './incremental/panels';
