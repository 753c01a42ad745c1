// OpenTelemetry set up in the application's own code, before it loads what is instrumented.
import './otel.mjs';

await import('./app.mjs');
