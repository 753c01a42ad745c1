// Sets variables itself, as an application does that reads a .env file: node dotenv.mjs URL
process.env.OTEL_EXPORTER_OTLP_ENDPOINT = process.argv[2];
process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
await import('../../examples/chat.mjs');
