import { beforeAll } from 'vitest';
import { useDatabase } from '../support/installation.ts';
import { type Newspaper, newspaper } from './newspaper.ts';
import { QUEUES, queueTests } from './queue-faults.ts';

useDatabase();

let paper: Newspaper;
beforeAll(async () => {
  paper = await newspaper(200);
});

queueTests(() => paper, QUEUES);
