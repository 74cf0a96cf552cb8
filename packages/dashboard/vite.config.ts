import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// Relative addresses, so that the gateway may serve it below any path; nothing inlined, so that no policy has to be loosened.
export default defineConfig({
  base: './',
  plugins: [react()],
  build: { target: 'es2023', modulePreload: { polyfill: false }, assetsInlineLimit: 0, chunkSizeWarningLimit: 1000 },
  server: { proxy: { '/v1': 'http://127.0.0.1:3000', '/dashboard': 'http://127.0.0.1:3000' } },
})
