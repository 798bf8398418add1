import { defineConfig } from "vite";
import { webForms } from "./web_forms_plugin.ts";

// Pages are rendered by Flask; Vite only builds the islands and says in manifest.json what it called them.
export default defineConfig({
  base: "/static/built/",
  publicDir: false,
  plugins: [webForms()],
  build: {
    outDir: "../static/built",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2021",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rollupOptions: { input: ["src/main.ts", "src/map/island.ts", "src/fill/page.ts", "src/today/walking.ts", "src/charts/island.ts", "src/card/page.ts"] },
  },
  worker: { format: "es" },
});
