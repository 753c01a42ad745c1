// Everything in one file, as in an image without node_modules; what is optional and absent stays outside.
const ABSENT = /^@nestjs\/(?:microservices|websockets)|^class-(?:transformer|validator)/;

module.exports = (options) => ({
  ...options,
  externals: ({ request }, callback) =>
    ABSENT.test(request) ? callback(undefined, `commonjs ${request}`) : callback(),
});
