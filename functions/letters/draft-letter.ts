import type { Mail } from '../delivery/mailer.ts';
import { personaliseDraft } from '../mails/placeholders.ts';
import { issueId } from '../newsletter/issue.ts';
import { inKnownState } from '../newsletter/known-state.ts';
import { phrasesIn } from '../shared/locale.ts';
import type { OutboxEvent } from '../shared/outbox.ts';
import type { Letter, LetterServices } from './letter.ts';

/** Makes the mails of a draft: one for each editor in each language, with the editor's own links. */
export async function draftLetter(
  { config, issues, links, templates }: LetterServices,
  { edition, slot, composition }: Extract<OutboxEvent, { kind: 'draft-composed' }>,
): Promise<Letter | undefined> {
  const ref = { edition, slot };
  const issue = inKnownState(await issues.get(ref));
  // If the draft was composed again meanwhile, another event mails the new draft.
  if (issue?.state !== 'draft' || issue.composition !== composition || !issue.review) return undefined;
  const frozen = await issues.frozen(ref);
  const mails: Mail[] = [];
  for (const { key, language } of frozen?.variants ?? []) {
    const variant = await issues.variant(ref, key);
    if (!frozen || !variant) return undefined;
    const phrases = phrasesIn(templates, language);
    const subject = phrases(composition > 1 ? 'mail.review.subjectChanged' : 'mail.review.subject', {
      subject: variant.subject,
    });
    const draft = { issue: issueId(ref), composition, language };
    for (const [editor, to] of issue.review.editors.entries()) {
      const own = {
        approve: links.review({ ...draft, editor, what: 'approved' }, config.baseUrl),
        hold: links.review({ ...draft, editor, what: 'held' }, config.baseUrl),
        readers: `${config.baseUrl}/subscribe`,
      };
      mails.push({
        from: frozen.from,
        to,
        replyTo: frozen.replyTo,
        subject,
        html: personaliseDraft(variant.html, own),
        text: personaliseDraft(variant.text, own),
        headers: {},
        tags: [{ name: 'kind', value: 'draft' }],
      });
    }
  }
  return { what: 'a draft', mails, key: `draft/${issueId(ref)}/${composition}` };
}
