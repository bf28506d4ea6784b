import { defineConfig } from "vitest/config";

// One classic script: no chunks, no source map, nothing that differs from one machine to the next.
export default defineConfig({
  publicDir: false,
  build: {
    target: "es2021",
    outDir: "dist",
    emptyOutDir: true,
    minify: true,
    reportCompressedSize: true,
    lib: { entry: "src/main.ts", formats: ["iife"], name: "LmsChat", fileName: () => "widget.js" },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
