import { describeLimits } from './limit.cases.ts';

describeLimits({ calls: 200, burst: 8, lateness: 0.05 });
