// Where a set-up of OpenTelemetry in the application's own code would be.
