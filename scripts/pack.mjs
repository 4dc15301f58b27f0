// Compresses the text files of the pages once, so that the server need not: node pack.mjs STATIC. The copies are
// in STATIC/packed, named by the SHA-256 of what they unpack to, so that none is ever served for another content.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const TEXTS = new Set([".css", ".js", ".svg"]);
const [root] = process.argv.slice(2);
const packed = join(root, "packed");
mkdirSync(packed, { recursive: true });
const present = new Set(readdirSync(packed));
const wanted = new Set();

function keep(name, pack) {
  wanted.add(name);
  if (present.has(name)) return;
  writeFileSync(join(packed, `${name}.new`), pack());
  renameSync(join(packed, `${name}.new`), join(packed, name));
}

for (const name of readdirSync(root, { recursive: true })) {
  if (name.startsWith("packed") || !TEXTS.has(extname(name))) continue;
  const content = readFileSync(join(root, name));
  const digest = createHash("sha256").update(content).digest("hex");
  const hint = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
  keep(`${digest}.br`, () => brotliCompressSync(content, hint));
  keep(`${digest}.gz`, () => gzipSync(content, { level: 9 }));
}
for (const name of present) if (!wanted.has(name)) rmSync(join(packed, name));
