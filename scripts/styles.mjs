// Leaves of a stylesheet only what pages use: node styles.mjs SHEET TARGET < words. The words come from the
// sources of the pages (scripts/assets.py); SAFE are names that a page makes of parts, or that scripts set.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import postcss from "postcss";
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
// Rules with :has() are those of a side bar that folds, which no page has. They make a browser compute the style
// of the whole page anew at each key: with 200 items half a second.
const kept = postcss.parse(purged.css);
kept.walkRules((rule) => {
  const selectors = rule.selectors.filter((selector) => !selector.includes(":has("));
  if (!selectors.length) rule.remove();
  else if (selectors.length < rule.selectors.length) rule.selectors = selectors;
});
writeFileSync(`${target}.new`, kept.toString());
renameSync(`${target}.new`, target);
