import { vi } from 'vitest';
import { useClone } from '../support/process.ts';
import { killTest } from './npm-start-killed.ts';

// It starts two processes, on whatever machine this is.
vi.setConfig({ testTimeout: 120_000 });
useClone();
killTest(1, 60);
