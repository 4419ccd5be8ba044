import { test } from 'vitest';
import { tellInAnyOrder } from './told-in-any-order.ts';

test('the events of an issue leave the same counters and suppressions in any order, however often they come', () =>
  tellInAnyOrder(50));
