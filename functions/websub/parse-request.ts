import { isIP } from 'node:net';
import type { Config } from '../config.ts';
import { feedKey } from '../feeds/feed-key.ts';
import { done, type Outcome, refused } from '../shared/refusal.ts';
import { isPublicAddress } from './callback-address.ts';
import {
  DEFAULT_LEASE_SECONDS,
  MAX_CALLBACK_BYTES,
  MAX_LEASE_SECONDS,
  MAX_SECRET_BYTES,
  type SubscriptionRequest,
} from './subscription.ts';
import { topicAddress } from './topic.ts';

export type RequestInput = Omit<SubscriptionRequest, 'id' | 'attempts'>;

/**
 * Reads the form of a subscriber (W3C WebSub, section 5.1). The refusal has a line for each fault. Unknown fields are
 * ignored, as the section demands.
 */
export function parseRequest(config: Config, form: URLSearchParams): Outcome<RequestInput> {
  const faults: string[] = [];
  const field = (name: string): string | undefined => {
    const values = form.getAll(`hub.${name}`);
    if (values.length > 1) faults.push(`hub.${name} is given ${values.length} times: it may be given once`);
    return values[0] || undefined;
  };
  const parsed = <T>(name: string, read: (text: string | undefined) => T | Fault): T | undefined => {
    const result = read(field(name));
    if (!(result instanceof Object && 'fault' in result)) return result;
    faults.push(`hub.${name} ${result.fault}`);
    return undefined;
  };

  const mode = parsed('mode', modeOf);
  const topic = parsed('topic', (text) => topicOf(config, text));
  const callback = parsed('callback', (text) => callbackOf(config, text));
  const isSubscription = mode !== 'unsubscribe';
  const leaseSeconds = isSubscription ? parsed('lease_seconds', leaseOf) : DEFAULT_LEASE_SECONDS;
  const secret = isSubscription ? parsed('secret', secretOf) : undefined;
  if (faults.length > 0 || !mode || !topic || !callback || !leaseSeconds)
    return refused({ kind: 'malformed', detail: faults.join('\n') });
  return done({ mode, ...topic, callback, leaseSeconds, ...(secret && { secret }) });
}

type Fault = { fault: string };

function modeOf(text: string | undefined): SubscriptionRequest['mode'] | Fault {
  if (text === 'subscribe' || text === 'unsubscribe') return text;
  return { fault: `${text ? `is "${shown(text)}"` : 'is missing'}: it must be "subscribe" or "unsubscribe"` };
}

function topicOf(
  config: Config,
  text: string | undefined,
): Pick<RequestInput, 'topic' | 'feed' | 'format'> | Fault {
  const rule = `it must be the self link of a feed of this site, such as ${config.baseUrl}/atom.xml`;
  if (!text) return { fault: `is missing: ${rule}` };
  const address = topicAddress(config, text);
  if (!address) return { fault: `is "${shown(text)}": ${rule}` };
  return { topic: text, feed: feedKey(address.selector), format: address.format };
}

function callbackOf(config: Config, text: string | undefined): string | Fault {
  const schemes = config.allowPrivateCallbacks ? ['https:', 'http:'] : ['https:'];
  const rule = `it must be an absolute ${schemes.map((scheme) => scheme.slice(0, -1)).join(' or ')} URL`;
  if (!text) return { fault: `is missing: ${rule}` };
  if (!URL.canParse(text)) return { fault: `is "${shown(text)}": ${rule}` };
  const url = new URL(text);
  url.hash = '';
  if (!schemes.includes(url.protocol)) return { fault: `is "${shown(text)}": ${rule}` };
  if (url.username || url.password) return { fault: 'must have no user name and no password' };
  if (Buffer.byteLength(url.href) > MAX_CALLBACK_BYTES)
    return { fault: `is too long: it may have at most ${MAX_CALLBACK_BYTES} bytes` };
  // A name is checked when the connection to it is made, because it may lead to another address then.
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) && !config.allowPrivateCallbacks && !isPublicAddress(literal))
    return { fault: `is at ${literal}, which is not a public address: nothing is sent there` };
  return url.href;
}

function leaseOf(text: string | undefined): number | Fault {
  if (text === undefined) return DEFAULT_LEASE_SECONDS;
  const seconds = Number(text);
  if (/^\d+$/.test(text) && seconds >= 1) return Math.min(seconds, MAX_LEASE_SECONDS);
  return { fault: `is "${shown(text)}": it must be a whole number of seconds, 1 or more` };
}

function secretOf(text: string | undefined): string | undefined | Fault {
  const bytes = Buffer.byteLength(text ?? '');
  if (bytes <= MAX_SECRET_BYTES) return text;
  return { fault: `has ${bytes} bytes: it must have fewer than ${MAX_SECRET_BYTES + 1}` };
}

function shown(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
