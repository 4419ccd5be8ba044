import { vi } from 'vitest';
import { useClone } from '../support/process.ts';
import { killTest } from './npm-start-killed.ts';

// The test starts two processes, which takes long on a slow machine.
vi.setConfig({ testTimeout: 120_000 });
useClone();
killTest(1, 60);
