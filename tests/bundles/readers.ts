import { expect, test } from 'vitest';
import { BASE_URL, type Deployment } from './deployment.ts';
import { request } from './lambda.ts';
import { newsroom } from './newsroom.ts';

/** What a reader does by the links in their mails, under the policies of the functions that serve it. In this order. */
export function readerTests(deployed: () => Deployment): void {
  const { drain } = newsroom(deployed, []);
  const email = 'leo@reader.example';
  const post = (path: string, body: object = {}) =>
    request(deployed().lambda('Public'), 'POST', path, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  /** The last mail's link to a path, once all that is under way has been mailed. */
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

  test('who has lost the link to their preferences is mailed it', async () => {
    expect((await post('/subscriptions', { email, editions: ['daily'], language: 'en' })).status).toBe(202);
    const confirmed = await post(await mailedLink(email, '/subscriptions/confirm'));
    expect(confirmed.status).toBe(200);
    expect((await post('/subscriptions/link', { email })).status).toBe(202);
    manage = await mailedLink(email, '/subscriptions/manage');
    const saved = await post(manage, { timeZone: 'Europe/Madrid', topics: ['harbour'] });
    expect(JSON.parse(saved.bytes.toString())).toMatchObject({ email, topics: ['harbour'] });
  });

  test('a new address is confirmed there, and the old one told', async () => {
    const asked = manage.replace('/manage', '/manage/address');
    expect((await post(asked, { email: 'leo@newhome.example' })).status).toBe(202);
    const changed = await post(await mailedLink('leo@newhome.example', '/subscriptions/address'));
    expect(changed.status).toBe(200);
    expect(await mailedLink(email, '/subscriptions/manage')).toBe(manage);
  });

  test('the data is downloaded, erased, and gone', async () => {
    const get = (path: string) => request(deployed().lambda('Public'), 'GET', path);
    const data = await get(manage.replace('/manage', '/manage/data'));
    expect(data.headers['content-disposition']).toContain('attachment');
    expect(JSON.parse(data.bytes.toString()).subscriber.email).toBe('leo@newhome.example');
    expect((await post(manage.replace('/manage', '/erase'))).status).toBe(200);
    expect((await get(manage)).status).toBe(410);
  });
}
