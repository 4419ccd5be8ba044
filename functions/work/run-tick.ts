import { type ScheduleServices, startAllDue } from '../newsletter/start-due.ts';
import { type SweepServices, sweep } from './sweep.ts';

export type MinuteServices = ScheduleServices & SweepServices;

/**
 * What is done every minute, on AWS and on one machine: start what is due, then sweep up what was left. Each of the two
 * is done even if the other fails, since a story under embargo must not wait for an edition that cannot be started. If
 * one fails, the tick fails in the end, so that the operator is alarmed. Repeated, late and simultaneous ticks do no
 * harm: the conditions in the table let each step happen once.
 */
export async function runTick(services: MinuteServices): Promise<void> {
  const failures: unknown[] = [];
  for (const step of [startAllDue, sweep]) {
    try {
      await step(services);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 1)
    throw new AggregateError(failures, failures.map((error) => (error as Error).message).join('; '));
  if (failures.length === 1) throw failures[0];
}
