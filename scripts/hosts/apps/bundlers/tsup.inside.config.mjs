export default { entry: { out: 'script.mjs' }, format: ['cjs'], outDir: '.', noExternal: [/./] };
