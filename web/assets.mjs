// Fills the ignored vendor/ with htmx and an icon sprite, each source file checked against assets.sha256.
// `node assets.mjs` after `npm ci --ignore-scripts`; `node assets.mjs --pin` writes the digests anew (look at the difference before you commit it).
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const pinFile = join(here, "assets.sha256");
const names = readFileSync(join(here, "icons.txt"), "utf8").split("\n").map((l) => l.trim()).filter(Boolean);
const sources = ["htmx.org/dist/htmx.min.js", ...names.map((n) => `@tabler/icons/icons/outline/${n}.svg`)];

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

function fail(message) {
  console.error(message);
  process.exit(1);
}

function readSource(path) {
  const full = join(here, "node_modules", path);
  if (!existsSync(full)) fail(`缺少 web/node_modules/${path}。请先在 web 目录运行：npm ci --ignore-scripts`);
  return readFileSync(full);
}

function pins() {
  if (!existsSync(pinFile)) fail("缺少 web/assets.sha256");
  return new Map(readFileSync(pinFile, "utf8").split("\n").filter(Boolean).map((l) => [l.slice(66), l.slice(0, 64)]));
}

/** Turns one icon file into a symbol: what it draws, without its frame and without the empty box of the grid. */
function symbol(name, svg) {
  const inner = svg.replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>[\s\S]*$/, "");
  const drawn = inner.replace(/<path[^>]*d="M0 0h24v24H0z"[^>]*\/>/g, "").replace(/\s+/g, " ").replace(/> </g, "><").trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${drawn}</symbol>`;
}

const read = new Map(sources.map((path) => [path, readSource(path)]));
if (process.argv.includes("--pin")) {
  writeFileSync(pinFile, sources.map((p) => `${digest(read.get(p))}  ${p}\n`).join(""));
  console.log(`web/assets.sha256：已记录 ${sources.length} 个摘要`);
}
const pinned = pins();
for (const [path, bytes] of read) {
  if (pinned.get(path) !== digest(bytes)) fail(`摘要不符：${path}。该文件与已审定的版本不同，未复制任何文件。`);
}

mkdirSync(join(here, "vendor"), { recursive: true });
writeFileSync(join(here, "vendor/htmx.min.js"), read.get(sources[0]));
const sprite = names.map((n, i) => symbol(n, read.get(sources[i + 1]).toString("utf8"))).join("\n");
writeFileSync(join(here, "vendor/icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${sprite}\n</svg>\n`);
console.log(`web/vendor：htmx.min.js，icons.svg（${names.length} 个图标）`);
