import { defineConfig } from "vite";

// Everything is built into the server's folder; nothing is inlined, since the server's content policy allows no inline script, style or data.
export default defineConfig({
  build: {
    outDir: "../Waterguard/wwwroot",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    target: "es2022",
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      // "use client" means something to servers that render; nothing here.
      onwarn: (warning, warn) => (warning.code === "MODULE_LEVEL_DIRECTIVE" ? undefined : warn(warning)),
    },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8478" } },
});
