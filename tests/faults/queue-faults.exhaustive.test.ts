import { beforeAll } from 'vitest';
import { type Newspaper, newspaper } from './newspaper.ts';
import { QUEUES, queueTests } from './queue-faults.ts';

let paper: Newspaper;
beforeAll(async () => {
  paper = await newspaper(200);
});

queueTests(() => paper, QUEUES);
