import { describeLimits } from './limit.cases.ts';

// Short, so that one outage is a larger part of it; the run at full length is `npm run test:redis`.
describeLimits({ calls: 30, burst: 8, lateness: 0.2 });
