// Another instrumentation of the same method, as OpenTelemetry's are made.
const {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
} = require('@opentelemetry/instrumentation');

class Other extends InstrumentationBase {
  init() {
    return new InstrumentationNodeModuleDefinition('openai', ['*'], (exports) => {
      const { prototype } = exports.OpenAI.Chat.Completions;
      this._wrap(
        prototype,
        'create',
        (create) =>
          function other(...args) {
            return create.apply(this, args);
          },
      );
      return exports;
    });
  }
}
new Other('other', '1.0.0', {});
