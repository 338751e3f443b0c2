export { writeFileAtomically, type AtomicOptions } from './atomic-file.ts';
export { nodeFileSystem, type FileSystem } from './file-system.ts';
export { loadModel, readSpec, saveModel, SPEC_FILE } from './model-folder.ts';
export { readFileBytes } from './read-file.ts';
export * from './workers/index.ts';
