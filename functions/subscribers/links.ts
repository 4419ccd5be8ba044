import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a signed link lets its holder do. A link for one purpose cannot be used for another. */
export type LinkPurpose = 'confirm' | 'manage' | 'unsubscribe' | 'address' | 'review';

/**
 * Makes and opens the links by which a mail identifies its reader or editor. The links hold ids and never a mail
 * address. Their signatures hold as long as the secret stays the same, because an unsubscribe link must still work
 * years later (RFC 8058). What a link `confirm` or `address` confirms runs out 72 hours after the request.
 */
export type Links = {
  confirm(signUpId: string, baseUrl: string): string;
  /** `issue` is the issue whose mail has the link. */
  manage(subscriberId: string, baseUrl: string, issue?: { edition: string; slot: string }): string;
  /** `slot` is the slot of the issue whose mail has the link. */
  unsubscribe(subscriberId: string, edition: string, baseUrl: string, slot?: string): string;
  address(subscriberId: string, changeId: string, baseUrl: string): string;
  /** Lets an editor decide about a draft. `editor` is an index into the list of editors in the issue's review. */
  review(
    draft: {
      issue: string;
      composition: number;
      editor: number;
      what: 'approved' | 'held';
      language: string;
    },
    baseUrl: string,
  ): string;
  /** Returns the ids in a token, or undefined if the token was not made here or was made for another purpose. */
  open(purpose: LinkPurpose, token: string | undefined): string[] | undefined;
  /**
   * Returns a text that stands for the given one in keys of the table. Nobody can find out the given text without the
   * secret.
   */
  pseudonym(text: string): string;
  /**
   * Eight characters that name this installation. No other installation has the same, and they reveal nothing about the
   * secret.
   */
  installation: string;
};

export const LINK_PATHS: Record<LinkPurpose, string> = {
  confirm: '/subscriptions/confirm',
  manage: '/subscriptions/manage',
  unsubscribe: '/unsubscribe',
  address: '/subscriptions/address',
  review: '/issues/review',
};

export function signedLinks(secret: string): Links {
  const sign = (purpose: LinkPurpose | 'pseudonym', payload: string) =>
    createHmac('sha256', secret).update(`${purpose}\n${payload}`).digest().subarray(0, 18);
  const link = (purpose: LinkPurpose, ids: string[], baseUrl: string) => {
    const payload = Buffer.from(ids.join('/')).toString('base64url');
    return `${baseUrl}${LINK_PATHS[purpose]}?token=${payload}.${sign(purpose, payload).toString('base64url')}`;
  };
  return {
    confirm: (signUpId, baseUrl) => link('confirm', [signUpId], baseUrl),
    manage: (subscriberId, baseUrl, issue) =>
      link('manage', [subscriberId, ...(issue ? [issue.edition, issue.slot] : [])], baseUrl),
    unsubscribe: (subscriberId, edition, baseUrl, slot) =>
      link('unsubscribe', [subscriberId, edition, ...(slot ? [slot] : [])], baseUrl),
    address: (subscriberId, changeId, baseUrl) => link('address', [subscriberId, changeId], baseUrl),
    pseudonym: (text) => sign('pseudonym', text).toString('base64url'),
    installation: sign('pseudonym', 'installation').toString('base64url').slice(0, 8),
    review: ({ issue, composition, editor, what, language }, baseUrl) =>
      link('review', [issue, String(composition), String(editor), what, language], baseUrl),
    open(purpose, token) {
      const [payload, signature, ...more] = (token ?? '').split('.');
      if (!payload || !signature || more.length > 0) return undefined;
      const given = Buffer.from(signature, 'base64url');
      const expected = sign(purpose, payload);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      return Buffer.from(payload, 'base64url').toString().split('/');
    },
  };
}
