// Turns web fonts (WOFF2) into TrueType files: node unpack_fonts.mjs TARGET FILE…
// Run by scripts/assets.py, which has Node at hand for npm anyway.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createRequire } from "node:module";

const { decompress } = createRequire(join(process.cwd(), "package.json"))("wawoff2");

const [target, ...files] = process.argv.slice(2);
for (const file of files) {
  const unpacked = join(target, basename(file, ".woff2") + ".ttf");
  writeFileSync(unpacked + ".new", await decompress(readFileSync(file)));
  renameSync(unpacked + ".new", unpacked);
}
