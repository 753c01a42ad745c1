module.exports = ({ external }) => ({
  mode: 'production',
  target: 'node',
  entry: './script.mjs',
  output: { path: __dirname, filename: 'out.cjs' },
  ignoreWarnings: [{ module: /require-in-the-middle/ }],
  optimization: { minimize: !external },
  ...(external ? { externals: { openai: 'commonjs openai' } } : {}),
});
