import { connect, type Socket } from 'node:net';

/**
 * Makes requests over a fixed number of keep-alive connections, one at a time on each. It uses bare sockets, because a
 * slow client hides differences: if the client cost as much as the server, half of the difference between two servers would
 * not show.
 */
export type Load = {
  /** Length of a response with its head. Every response has this length. */
  responseBytes: number;
  /** Makes requests for this many milliseconds, and returns how many were answered per second. */
  round(milliseconds: number): Promise<number>;
  /** Returns how many requests were answered since the load was opened. */
  answered(): number;
  close(): void;
};

const CONNECTIONS = 16;
/** A response that takes longer is an error. */
const SILENCE_MILLISECONDS = 5_000;

/** Makes one request to learn the length of the response. Every later response must have this length and the given status. */
export async function openLoad(
  address: string,
  headers: Record<string, string>,
  status: number,
): Promise<Load> {
  const { hostname, port, host, pathname } = new URL(address);
  const fields = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = Buffer.from(`GET ${pathname} HTTP/1.1\r\n${fields.join('')}\r\n`, 'latin1');
  const at = hostname === 'localhost' ? '127.0.0.1' : hostname;
  const opened = await Promise.all(Array.from({ length: CONNECTIONS }, () => open(at, Number(port))));
  const start = `HTTP/1.1 ${status} `;
  const [first] = opened as [Socket, ...Socket[]];
  const responseBytes = await lengthOfResponse(first, request, start);
  let answered = 0;

  /** Makes one request after the other until the deadline. */
  const keepAsking = (socket: Socket, deadline: number) =>
    new Promise<void>((resolve, reject) => {
      let received = 0;
      const onData = (chunk: Buffer) => {
        if (received === 0 && chunk.toString('latin1', 0, start.length) !== start) {
          return reject(new Error(`${address} answered ${chunk.toString('latin1', 0, 40)}`));
        }
        received += chunk.length;
        if (received > responseBytes) return reject(new Error(`${address} answered with another length`));
        if (received < responseBytes) return;
        received = 0;
        answered += 1;
        if (performance.now() < deadline) socket.write(request);
        else {
          socket.off('data', onData);
          socket.off('close', onClose);
          resolve();
        }
      };
      const onClose = () => reject(new Error(`${address} closed a connection`));
      socket.on('data', onData).once('close', onClose);
      socket.write(request);
    });

  return {
    responseBytes,
    async round(milliseconds) {
      for (const [index, socket] of opened.entries()) {
        // The server has closed a connection if it was silent for some seconds.
        if (socket.destroyed) opened[index] = await open(at, Number(port));
      }
      const before = answered;
      const begun = performance.now();
      let running = true;
      // Waking a client that sleeps costs the server more than its answer, so this client stays awake all the time.
      const stayAwake = () => void (running && setImmediate(stayAwake));
      stayAwake();
      try {
        await Promise.all(opened.map((socket) => keepAsking(socket, begun + milliseconds)));
      } finally {
        running = false;
      }
      return (answered - before) / ((performance.now() - begun) / 1000);
    },
    answered: () => answered,
    close: () => opened.forEach((socket) => void socket.destroy()),
  };
}

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true }, () => resolve(socket));
    socket.setTimeout(SILENCE_MILLISECONDS, () => socket.destroy());
    socket.once('error', reject);
  });
}

function lengthOfResponse(socket: Socket, request: Buffer, start: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const head = received.indexOf('\r\n\r\n');
      if (head < 0) return;
      const text = received.toString('latin1', 0, head);
      if (!text.startsWith(start)) return reject(new Error(`expected ${start}, got ${text}`));
      const length = head + 4 + Number(/^content-length: *(\d+)$/im.exec(text)?.[1] ?? 0);
      if (received.length < length) return;
      socket.off('data', onData);
      resolve(length);
    };
    socket.on('data', onData);
    socket.write(request);
  });
}
