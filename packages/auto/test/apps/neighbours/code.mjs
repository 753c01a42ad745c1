// OpenTelemetry set up in the application's own code, before it loads the instrumented packages.
import './otel.mjs';

await import('./app.mjs');
