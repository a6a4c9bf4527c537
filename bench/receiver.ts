/**
 * A partner's receiver that accepts every push event at once, as a process of its own, so that its work is not counted
 * as the product's. Prints its port.
 */
import { createServer } from 'node:http';

const answer = '{"status":"success"}';
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${address !== null && typeof address === 'object' ? address.port : 0}\n`);
});
process.on('SIGINT', () => process.exit(0));
