import { describe, expect, it } from 'vitest';
import { issue, sendNow, withReaders } from '../support/newsroom.ts';
import { digestOf, HARD, newEventId, post, SECRET, tell, told } from '../support/webhooks.ts';

describe('a webhook that cannot be read, though the provider signed it', () => {
  it.each([
    ['a body that is not JSON', '{"type":', 'The body is not JSON.'],
    ['a body that is not an object', '[1]', 'The body must be a JSON object with a type.'],
    ['a body without a type', '{"data":{}}', 'The body must be a JSON object with a type.'],
    ['an empty body', '', 'The body is not JSON.'],
    [
      'an event without data',
      '{"type":"email.bounced"}',
      'An event of the type email.bounced must have an object as its data.',
    ],
  ])(
    'is answered 400 with the reason, so that it comes again, and is an error in the log: %s',
    async (_, body, detail) => {
      const world = await withReaders({ config: { resendWebhookSecret: SECRET } });
      const { id } = await sendNow(world, 'morning');
      const mail = digestOf(world, 'en@reader.example');
      const event = newEventId();
      const answer = await post(world, body, { id: event });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
      expect(await answer.json()).toMatchObject({ detail });
      expect(world.log.lines.at(-1)).toEqual({
        level: 'error',
        message: 'a webhook that the mail provider signed could not be read',
        fields: { id: event, reason: detail, bytes: body.length },
      });
      // If the event comes again and can be read, it counts: nothing was stored about it the first time.
      expect(await tell(world, told(world, mail, 'bounced', HARD), { id: event })).toBe('applied');
      expect((await issue(world, id)).bounced).toBe(1);
    },
  );
});
