import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import solid from 'vite-plugin-solid'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [svelte({ configFile: false }), solid({ include: '**/solid/*.tsx' })],
  resolve: { alias: { 'silent-refresh': here('../../src/index.ts') } },
  // Angular's compiler is large, and only this page needs it.
  build: { target: 'es2022', modulePreload: { polyfill: false }, chunkSizeWarningLimit: 2000 },
})
