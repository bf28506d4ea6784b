// Builds the widget anew and holds it against the one in dist/: the same to the byte, and small.
import { readFileSync, rmSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const LIMIT = 25_000;
const fresh = "node_modules/.check";

const kept = readFileSync("dist/widget.js");
await build({ logLevel: "error", build: { outDir: fresh } });
const built = readFileSync(`${fresh}/widget.js`);
rmSync(fresh, { recursive: true });

const size = gzipSync(kept, { level: 9 }).length;
console.log(`widget.js: ${kept.length} bytes, ${size} gzipped (at most ${LIMIT})`);
if (!kept.equals(built)) {
  console.error("error: dist/widget.js is not what src/ builds; run `make widget` and commit it");
  process.exit(1);
}
if (size > LIMIT) {
  console.error(`error: the bundle is larger than ${LIMIT} bytes gzipped`);
  process.exit(1);
}
