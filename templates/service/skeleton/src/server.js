// The service: replace the answer by yours. It has no dependency to keep up to date.
import { createServer } from 'node:http';

const port = Number(process.env.PORT ?? 8080);

const server = createServer((request, response) => {
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  switch (request.url) {
    case '/live':
    case '/ready':
      answer(200, { status: 'ok' });
      break;
    case '/':
      answer(200, { message: 'Hello from ${{ values.name }}' });
      break;
    default:
      answer(404, { error: 'not found' });
  }
});

server.listen(port);

// Calls that are under way end well when the pod is replaced.
process.on('SIGTERM', () => server.close(() => process.exit(0)));
