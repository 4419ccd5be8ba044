import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { resendMailer } from './adapters/resend/resend-mailer.ts';
import { composePreview } from './newsletter/compose-preview.ts';
import type { Preview, PreviewRequest, TestAnswer, TestRequest } from './newsletter/previews.ts';
import { sendTest } from './newsletter/send-test.ts';
import { startAllDue, startSlot } from './newsletter/start-due.ts';
import type { Outcome } from './shared/refusal.ts';
import { resendSettings, startOnAws } from './start/aws-start.ts';
import { handleTick } from './work/handle-compose.ts';
import { handleRecords } from './work/handle-records.ts';
import { sweep } from './work/sweep.ts';

/** What EventBridge Scheduler sends: an edition's time has come, or the sweep's. */
export type TickEvent = { kind: 'issue'; edition: string; scheduledAt: string } | { kind: 'sweep' };
/** What the editor function sends, and waits for the answer (`lambda-previews.ts`). */
export type PreviewEvent =
  | { kind: 'preview'; request: PreviewRequest }
  | { kind: 'test'; request: TestRequest };

const base = await startOnAws(process.env);
const services = { ...base, mailer: resendMailer(resendSettings(base.config)) };

/** Schedules, the sweep, and every mail's composing: the only function that has MJML. */
export async function handler(
  event: TickEvent | PreviewEvent | SQSEvent,
): Promise<SQSBatchResponse | Outcome<Preview | TestAnswer> | undefined> {
  if ('Records' in event)
    return handleRecords(event, (message) => handleTick(services, message), services.log);
  switch (event.kind) {
    case 'sweep':
      // Drafts, which are made before the hour, and hours that Scheduler has left out.
      await startAllDue(services);
      await sweep(services);
      return undefined;
    case 'preview':
      return composePreview(services, event.request);
    case 'test':
      return sendTest(services, event.request);
    case 'issue': {
      const edition = services.config.publication.editions.find(({ id }) => id === event.edition);
      if (!edition)
        throw new Error(`a schedule is for the edition "${event.edition}", which the settings do not have`);
      // The schedule's own time, without its seconds, names the slot: a second tick comes to the same issue.
      await startSlot(services, edition, Date.parse(event.scheduledAt));
      return undefined;
    }
    default:
      throw new Error(`the tick function does not know this event: ${JSON.stringify(event)}`);
  }
}
