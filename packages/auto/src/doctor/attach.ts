/** What the command loads into an application that starts llmtrace by itself: the doctor alone. */
import { startDoctor } from './observe.ts';

startDoctor('command');
