import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // The page may lie in any folder of any static server.
  base: './',
  resolve: {
    alias: { 'silent-refresh': fileURLToPath(new URL('../src/index.ts', import.meta.url)) },
  },
  build: { target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
})
