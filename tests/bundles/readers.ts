import { expect, test } from 'vitest';
import { BASE_URL, type Deployment } from './deployment.ts';
import { request } from './lambda.ts';
import { newsroom } from './newsroom.ts';

/**
 * What a reader does with the links in their mails, under the policies of the functions. The tests run in this order.
 */
export function readerTests(deployed: () => Deployment): void {
  const { drain } = newsroom(deployed, []);
  const email = 'leo@reader.example';
  const post = (path: string, body: object = {}) =>
    request(deployed().lambda('Public'), 'POST', path, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  /** Handles all messages. Then returns the link to a path in the last mail to an address. */
  const mailedLink = async (to: string, path: string) => {
    await drain();
    const mail = deployed()
      .provider.requests.flatMap(({ mails }) => mails)
      .findLast((each) => each.to[0] === to);
    const link = new RegExp(`${BASE_URL}(${path}\\?token=[\\w.-]+)`).exec(mail?.text ?? '')?.[1];
    expect(link, mail?.text).toBeDefined();
    return link ?? '';
  };
  let manage = '';

  test('a reader who has lost the link to their preferences gets it by mail', async () => {
    expect((await post('/subscriptions', { email, editions: ['daily'], language: 'en' })).status).toBe(202);
    const confirmed = await post(await mailedLink(email, '/subscriptions/confirm'));
    expect(confirmed.status).toBe(200);
    expect((await post('/subscriptions/link', { email })).status).toBe(202);
    manage = await mailedLink(email, '/subscriptions/manage');
    const saved = await post(manage, { timeZone: 'Europe/Madrid', topics: ['harbour'] });
    expect(JSON.parse(saved.bytes.toString())).toMatchObject({ email, topics: ['harbour'] });
  });

  test('a new address is confirmed by its link, and the old address gets a notice', async () => {
    const asked = manage.replace('/manage', '/manage/address');
    expect((await post(asked, { email: 'leo@newhome.example' })).status).toBe(202);
    const changed = await post(await mailedLink('leo@newhome.example', '/subscriptions/address'));
    expect(changed.status).toBe(200);
    expect(await mailedLink(email, '/subscriptions/manage')).toBe(manage);
  });

  test('the data of a reader can be downloaded and erased, and are gone afterwards', async () => {
    const get = (path: string) => request(deployed().lambda('Public'), 'GET', path);
    const data = await get(manage.replace('/manage', '/manage/data'));
    expect(data.headers['content-disposition']).toContain('attachment');
    expect(JSON.parse(data.bytes.toString()).subscriber.email).toBe('leo@newhome.example');
    expect((await post(manage.replace('/manage', '/erase'))).status).toBe(200);
    expect((await get(manage)).status).toBe(410);
  });
}
