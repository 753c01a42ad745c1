/** The module that the command loads into an application that starts llmtrace by itself: only the doctor. */
import { startDoctor } from './observe.ts';

startDoctor('command');
