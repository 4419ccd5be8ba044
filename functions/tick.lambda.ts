import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { previewIssue } from './newsletter/preview-issue.ts';
import type { Preview, PreviewRequest, Proof, ProofRequest } from './newsletter/previews.ts';
import { sendProof } from './newsletter/send-proof.ts';
import type { Outcome } from './shared/refusal.ts';
import { mailerOf } from './start/aws-mailer.ts';
import { startOnAws } from './start/aws-start.ts';
import { handleCompose } from './work/handle-compose.ts';
import { handleRecords } from './work/handle-work.ts';
import { runTick } from './work/run-tick.ts';

/** The event that EventBridge Scheduler sends every minute (`infra/clock.ts`). */
export type TickEvent = { kind: 'tick' };
/** The events that the editor function sends. That function waits for the answer (`lambda-previews.ts`). */
export type PreviewEvent =
  | { kind: 'preview'; request: PreviewRequest }
  | { kind: 'proof'; request: ProofRequest };

const base = await startOnAws(process.env);
const services = { ...base, mailer: mailerOf(base) };

/** The function that runs the tick of each minute and renders every mail. It is the only function that has MJML. */
export async function handler(
  event: TickEvent | PreviewEvent | SQSEvent,
): Promise<SQSBatchResponse | Outcome<Preview | Proof> | undefined> {
  if ('Records' in event)
    return handleRecords(event, (message) => handleCompose(services, message), services.log);
  switch (event.kind) {
    case 'tick':
      await runTick({
        ...services,
        // The alarms of each edition, and the alarm LettersWait, are made from these lines.
        report: (state) =>
          services.log.info(
            'edition' in state ? 'the state of an edition' : 'the state of the outbox',
            state,
          ),
      });
      // The alarm NobodyTicks counts these lines (`infra/alarms.ts`). A tick that fails does not write one.
      services.log.info('the tick of this minute is done');
      return undefined;
    case 'preview':
      return previewIssue(services, event.request);
    case 'proof':
      return sendProof(services, event.request);
    default:
      throw new Error(`the tick function does not know this event: ${JSON.stringify(event)}`);
  }
}
