import { connect } from 'node:net';

/**
 * Runs inside the network of the embedded DynamoDB (`own-network.ts`). It opens a connection for each message, and hands
 * it to the process that has sent the message. The argument is the port of the server.
 */
const port = Number(process.argv[2]);

process.on('message', ({ id }: { id: number }) => {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.once('connect', () => process.send?.({ id }, socket));
  socket.once('error', ({ message }) => process.send?.({ id, error: message }));
});
// The other end of the channel is gone, even after kill -9.
process.once('disconnect', () => process.exit());
