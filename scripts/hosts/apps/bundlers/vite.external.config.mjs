export default {
  ssr: { external: ['openai'] },
  build: { rollupOptions: { output: { entryFileNames: 'out.mjs' } } },
};
