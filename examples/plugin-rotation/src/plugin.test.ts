import { conformance } from '@flowzoo/core/conformance';
import '@tensorflow/tfjs-backend-wasm';
import { describe, expect, it } from 'vitest';
import { rotation } from './index.ts';

conformance(rotation, { describe, it, expect, backends: ['cpu', 'wasm'] });
