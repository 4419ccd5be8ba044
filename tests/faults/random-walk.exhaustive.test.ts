import { useDatabase } from '../support/installation.ts';
import { walkTest } from './random-walk.ts';

useDatabase();
walkTest(20, Date.now() % 2 ** 31);
