// Copies the licence of everything that goes into the binary: `node scripts/licences.mjs FOLDER`.
// Crates bring theirs in their sources; what brings none is looked for beside it in the same repository, else this fails.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const IS_LICENCE = /^(licen[cs]e|copying|copyright|notice|unlicense)/i;
const [folder] = process.argv.slice(2);
const run = (command, ...args) => execFileSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28 }).trim();

function fail(message) {
  console.error(`licences: ${message}`);
  process.exit(1);
}

/** Crates that huitong is built from, without those of its tests. */
function crates() {
  const host = /^host: (.*)$/m.exec(run("rustc", "-vV"))[1];
  const metadata = JSON.parse(run("cargo", "metadata", "--format-version=1", "--locked", `--filter-platform=${host}`));
  const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));
  const reached = new Set();
  const waiting = [metadata.packages.find((one) => one.name === "huitong").id];
  while (waiting.length > 0) {
    const id = waiting.pop();
    if (reached.has(id)) continue;
    reached.add(id);
    const shipped = nodes.get(id).deps.filter((dep) => dep.dep_kinds.some(({ kind }) => kind !== "dev"));
    waiting.push(...shipped.map((dep) => dep.pkg));
  }
  return metadata.packages.filter((one) => one.source && reached.has(one.id));
}

/** Files of a folder that are licences, those of sources inside it, too. */
function licences(root) {
  const entries = readdirSync(root, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && IS_LICENCE.test(entry.name) && !/\.(rs|py|sh|json)$/.test(entry.name));
  return files.map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function keep(from, ...to) {
  const place = join(folder, ...to);
  mkdirSync(dirname(place), { recursive: true });
  copyFileSync(from, place);
}

if (!folder) fail("say where to: node scripts/licences.mjs FOLDER");
const all = crates().map((one) => ({ ...one, root: dirname(one.manifest_path), files: licences(dirname(one.manifest_path)) }));
const rows = [];
for (const one of all.sort((a, b) => `${a.name} ${a.version}`.localeCompare(`${b.name} ${b.version}`, "en"))) {
  const source = one.files.length > 0 ? one : all.find((other) => one.repository && other.repository === one.repository && other.files.length > 0);
  if (!source) fail(`${one.name} ${one.version} (${one.license}) brings no text of its licence`);
  for (const file of source.files) keep(file, `${one.name}-${one.version}`, relative(source.root, file));
  rows.push([one.name, one.version, one.license, one.repository ?? ""]);
}

const web = join(import.meta.dirname, "../web/node_modules");
for (const [name, place] of [["htmx.org", "htmx"], ["@tabler/icons", "tabler-icons"]]) {
  const root = join(web, name);
  if (!existsSync(root)) fail(`${root} is not there: run scripts/assets first`);
  const { version, license, repository } = JSON.parse(run("cat", join(root, "package.json")));
  keep(join(root, "LICENSE"), `${place}.txt`);
  rows.push([name, version, license, repository?.url ?? ""]);
}
const library = join(run("rustc", "--print", "sysroot"), "share/doc/rust/COPYRIGHT-library.html");
if (!existsSync(library)) fail(`${library} is not there: the licences of Rust's own library go along`);
keep(library, "rust-library.html");
rows.push(["Rust standard library", run("rustc", "--version").split(" ")[1], "MIT OR Apache-2.0", ""]);

writeFileSync(join(folder, "list.tsv"), rows.map((row) => `${row.join("\t")}\n`).join(""));
console.log(`licences: ${rows.length} in ${folder}`);
