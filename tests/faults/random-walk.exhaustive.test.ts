import { walkTest } from './random-walk.ts';

walkTest(20, Date.now() % 2 ** 31);
