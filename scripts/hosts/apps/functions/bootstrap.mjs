// What a Lambda runtime does: it asks for the next invocation, runs the handler, and posts the answer.
import { handler } from './handler.mjs';

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
for (;;) {
  const invocation = await fetch(`${api}/next`);
  const id = invocation.headers.get('lambda-runtime-aws-request-id');
  const answer = await handler(await invocation.json());
  await fetch(`${api}/${id}/response`, { method: 'POST', body: JSON.stringify(answer) });
}
