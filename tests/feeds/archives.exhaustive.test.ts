import { describe } from 'vitest';
import { useDatabase } from '../support/installation.ts';
import { describeWalks } from './archive-walks.ts';

useDatabase();

describe('with parts of the shipped sizes', () => describeWalks(10, 3000));
