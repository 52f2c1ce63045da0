// tsc has made JavaScript of the sources already; here they become one file per entry and one that both share.
export default {
  input: { index: 'dist/modules/index.js', fetch: 'dist/modules/fetch.js' },
  external: (id) =>
    !id.startsWith('.') && !id.startsWith('/') && !/^[a-z]:/i.test(id) && !id.startsWith('dist/'),
  output: {
    dir: 'dist',
    format: 'esm',
    chunkFileNames: 'session.js',
    generatedCode: 'es2015',
  },
}
