// tsc has made JavaScript of the sources already; here they become one file per entry and one that they share.
const entries = ['index', 'fetch', 'presets', 'testing', 'debug']
const shared = /dist\/modules\/(?:session|browser|clients\/(?!axios)|create-session)/

export default {
  input: Object.fromEntries(entries.map((entry) => [entry, `dist/modules/${entry}.js`])),
  external: (id) =>
    !id.startsWith('.') && !id.startsWith('/') && !/^[a-z]:/i.test(id) && !id.startsWith('dist/'),
  output: {
    dir: 'dist',
    format: 'esm',
    manualChunks: (id) => (shared.test(id.replaceAll('\\', '/')) ? 'session' : undefined),
    chunkFileNames: '[name].js',
    generatedCode: 'es2015',
  },
}
