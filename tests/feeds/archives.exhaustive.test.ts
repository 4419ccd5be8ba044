import { describe } from 'vitest';
import { describeWalks } from './archive-walks.ts';

describe('with parts of the shipped sizes', () => describeWalks(10, 3000));
