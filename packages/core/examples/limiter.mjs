import { TokenBucket } from '@llmtrace/core';

const bucket = new TokenBucket({ rate: 100, burst: 2 });
console.log(bucket.allow(), bucket.allow(), bucket.allow()); // true true false

const controller = new AbortController();
await bucket.wait(controller.signal); // as soon as there is a token, in line
console.log('went on');
