import { useClone } from '../support/process.ts';
import { killTest } from './npm-start-killed.ts';

useClone();
killTest(20, 320);
