export { writeFileAtomically, writeFilesAtomically, type FileEntry } from './atomic-file.ts';
export { loadModel, readSpec, saveModel, SPEC_FILE } from './model-folder.ts';
export { readFileBytes } from './read-file.ts';
