declare module 'pubsubhubbub' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  type Options = { callbackUrl: string; secret?: string; leaseSeconds?: number };
  type Told = { topic: string; lease?: number };
  type Feed = { topic: string; feed: Buffer; headers: Record<string, string> };
  type Answer = (error: Error | null, topic?: string) => void;

  export type PubSubHubbub = {
    listener(): (request: IncomingMessage, response: ServerResponse) => void;
    subscribe(topic: string, hub: string, answer: Answer): void;
    unsubscribe(topic: string, hub: string, answer: Answer): void;
    on(event: 'subscribe' | 'unsubscribe' | 'denied', listener: (told: Told) => void): void;
    on(event: 'feed', listener: (feed: Feed) => void): void;
  };

  const library: { createServer(options: Options): PubSubHubbub };
  export default library;
}
