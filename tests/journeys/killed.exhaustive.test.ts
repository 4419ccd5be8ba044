import { useClone } from '../support/process.ts';
import { killTest } from './killed.ts';

useClone();
killTest([50, 400, 900], 1500);
