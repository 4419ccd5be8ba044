import { beforeAll } from 'vitest';
import { type Newspaper, newspaper } from './newspaper.ts';
import { QUEUES, queueTests } from './queue-faults.ts';

let paper: Newspaper;
beforeAll(async () => {
  paper = await newspaper(200);
});

// These two queues lose, repeat and reverse messages. The other queues do less of the same.
const LOSING_AND_REPEATING = ['every message lost at first', 'messages repeated and in reverse order'];

queueTests(
  () => paper,
  QUEUES.filter(([fault]) => LOSING_AND_REPEATING.includes(fault)),
);
