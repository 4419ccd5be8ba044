import { vi } from 'vitest';
import { useClone } from '../support/process.ts';
import { killTest } from './killed.ts';

// The test starts two processes, on whatever machine this is.
vi.setConfig({ testTimeout: 120_000 });
useClone();
killTest([50], 600);
