export { run } from './pixelcnn/interpreter';
