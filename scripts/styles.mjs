// Leaves of a stylesheet only what pages use: node styles.mjs SHEET TARGET < words. The words come from the
// sources of the pages (scripts/assets.py); SAFE are names that a page makes of parts, or that scripts set.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { PurgeCSS } from "purgecss";

const SAFE = [/^(bg|text)-(green|orange|red|blue|secondary)(-lt)?$/, /^(alert|btn)-(success|info|warning|danger|primary)$/];
const [sheet, target] = process.argv.slice(2);
const [purged] = await new PurgeCSS().purge({
  content: [{ raw: readFileSync(0, "utf8"), extension: "txt" }],
  css: [{ raw: readFileSync(sheet, "utf8") }],
  defaultExtractor: (text) => text.split(/\s+/),
  safelist: { standard: SAFE },
  keyframes: true,
  fontFace: true,
  variables: true,
});
writeFileSync(`${target}.new`, purged.css);
renameSync(`${target}.new`, target);
