// Keeps styles, scripts and templates within Chromium 86 and the content security policy, and within their budgets.
// `node lint.mjs` checks web/ and crates/features/src; each rule first proves on a bad sample that it can fail.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const MAX_LINES = 400;
const CSS_BUDGET = 12 * 1024;
const JS_BUDGET = 5 * 1024;

// [pattern, what is wrong, a sample that must be found]
const CSS = [
  [/(^|[;{\s])inset(-[a-z-]+)?\s*:/, "inset 要 Chromium 87：请写 top/right/bottom/left", "a{inset:0}"],
  [/(^|[;{\s])aspect-ratio\s*:/, "aspect-ratio 要 88", "a{aspect-ratio:1}"],
  [/:(is|where)\(/, ":is/:where 要 88", ":is(a,b){color:red}"],
  [/:has\(/, ":has 要 105", "a:has(b){color:red}"],
  [/:not\([^()]*[\s,>+~]/, ":not 里的复合选择器要 88", "a:not(b c){color:red}"],
  [/@layer\b/, "@layer 要 99", "@layer a{}"],
  [/@container\b|container-(type|name)\s*:/, "@container 要 105", "@container (min-width:1px){}"],
  [/@scope\b|@starting-style\b/, "@scope、@starting-style 太新", "@scope (a){}"],
  [/color-mix\(|light-dark\(|\bok(lch|lab)\(|\b(lch|lab)\(/, "color-mix、light-dark、oklch 等要 111 以上", "a{color:color-mix(in srgb,red,blue)}"],
  [/\d(d|s|l)v(h|w|min|max|b|i)\b/, "dvh/svh/lvh 要 108", "a{height:100dvh}"],
  [/\bsubgrid\b/, "subgrid 要 117", "a{grid-template-rows:subgrid}"],
  [/(^|[;{\s])(margin|padding)-(inline|block)\s*:/, "逻辑简写要 87", "a{margin-inline:0}"],
  [/(^|[;{\s])(translate|rotate|scale)\s*:/, "单独的 translate/rotate/scale 要 104，请用 transform", "a{rotate:1deg}"],
  [/overflow(-x|-y)?\s*:\s*clip\b/, "overflow: clip 要 90", "a{overflow:clip}"],
  [/scrollbar-gutter\s*:|text-wrap\s*:|text-underline-offset\s*:|text-decoration-thickness\s*:/, "此属性要 87 以上", "a{text-wrap:balance}"],
  [/::file-selector-button/, "要 89，请用 ::-webkit-file-upload-button", "::file-selector-button{color:red}"],
  [/@media[^{]*[<>]=?/, "@media 的区间写法要 104", "@media screen and (width <= 900px){}"],
  [/@media\s*\((max|min)-width/, "屏幕宽度的规则只用于屏幕：请写 @media screen and (…)，纸比 900 像素窄", "@media (max-width:900px){}"],
  [/@import\b|url\(\s*['"]?(https?:|data:|\/\/)/, "样式不引外部与 data: 资源", "a{background:url(data:x)}"],
];
const JS = [
  [/\.at\(/, ".at() 要 92", "a.at(-1)"],
  [/\bstructuredClone\b/, "structuredClone 要 98", "structuredClone(a)"],
  [/\.findLast(Index)?\(/, "findLast 要 97", "a.findLast(f)"],
  [/\bObject\.(hasOwn|groupBy)\b/, "Object.hasOwn 要 93", "Object.hasOwn(a,b)"],
  [/\.to(Sorted|Reversed|Spliced)\(/, "toSorted 等要 110", "a.toSorted()"],
  [/\bstatic\s*\{/, "类的 static 块要 94", "class A{static {}}"],
  [/^(await\b|(const|let|var)\s[^=]*=\s*await\b)/m, "顶层 await 要 89", "await f()"],
  [/\bcrypto\.randomUUID\b/, "crypto.randomUUID 要 92", "crypto.randomUUID()"],
  [/\bAbortSignal\.(timeout|any)\b/, "AbortSignal.timeout 要 103", "AbortSignal.timeout(1)"],
  [/["'`][^"'`\n]*:(is|where|has)\(/, "选择器 :is/:where/:has 太新", "q(':is(a)')"],
  [/:not\([^()'"`]*[\s,>+~][^()]*\)/, ":not 里的复合选择器要 88", "q(':not(a b)')"],
  [/\beval\(|\bnew Function\b|set(Timeout|Interval)\(\s*["'`]/, "不执行文本（CSP）", "eval('1')"],
  [/^\s*(import|export)\b/m, "脚本不是模块，由构建连接成一个文件", "import a from 'b'"],
];
const HTML = [
  [/\sstyle\s*=/i, "不写内联 style（CSP）；宽度用 SVG 属性", '<p style="color:red">'],
  [/\son[a-z]+\s*=\s*["'{]/i, "不写 on… 事件属性（CSP）", '<p onclick="f()">'],
  [/<style\b/i, "不写 <style>（CSP）", "<style>a{}</style>"],
  [/<script(?![^>]*\ssrc=)[^>]*>/i, "不写内联 <script>（CSP）", "<script>f()</script>"],
  [/javascript:/i, "不写 javascript: 地址", '<a href="javascript:f()">'],
  [/\shx-(on|vals\s*=\s*["']?js:)/i, "不用 hx-on 与 js:（allowEval=false）", '<a hx-on:click="f()">'],
  [/\s(src|href)\s*=\s*["']?(https?:)?\/\//i, "不引站外资源", '<img src="//x/y.png">'],
  [/\s(popover|inert)(\s|=|>)/i, "popover、inert 太新", "<div popover>"],
  [/退单待裁定|转派|已超时|责任地图|风险画像|匿名投票|社工部|重点监管名录|客观无法解决|撤销注销/, "用语不符（见 GLOSSARY）", "<p>已超时</p>"],
  [/！/, "界面文字不用感叹号", "<p>成功！</p>"],
];

const blank = (text) => text.replace(/[^\n]/g, " ");
const stripCss = (text) => text.replace(/\/\*[\s\S]*?\*\//g, blank);
const stripJs = (text) => text.replace(/\/\*[\s\S]*?\*\//g, blank).replace(/(^|\s)\/\/.*$/gm, blank);
const stripHtml = (text) => text.replace(/\{#[\s\S]*?#\}/g, blank).replace(/<!--[\s\S]*?-->/g, blank);

/** Finds rules inside rules (nesting needs 112): only at-rules may hold blocks. */
function nesting(css) {
  const stack = [];
  let start = 0;
  for (let i = 0; i < css.length; i += 1) {
    if (css[i] === "{") {
      const prelude = css.slice(start, i).trim();
      if (stack.some((outer) => !outer.startsWith("@"))) return css.slice(0, i).split("\n").length;
      stack.push(prelude);
      start = i + 1;
    } else if (css[i] === "}") {
      stack.pop();
      start = i + 1;
    } else if (css[i] === ";") start = i + 1;
  }
  return 0;
}

function findings(rules, text) {
  const found = [];
  for (const [pattern, why] of rules) {
    const hit = new RegExp(pattern.source, pattern.flags.replace("g", "")).exec(text);
    if (hit) found.push([text.slice(0, hit.index + 1).split("\n").length, why]);
  }
  return found;
}

function check(kind, text) {
  if (kind === "css") {
    const clean = stripCss(text);
    const deep = nesting(clean);
    return [...findings(CSS, clean), ...(deep ? [[deep, "嵌套规则要 112"]] : [])];
  }
  return kind === "js" ? findings(JS, stripJs(text)) : findings(HTML, stripHtml(text));
}

function selfTest() {
  const dead = [];
  for (const [kind, rules] of [["css", CSS], ["js", JS], ["html", HTML]]) {
    for (const [, why, sample] of rules) {
      if (!check(kind, sample).some(([, said]) => said === why)) dead.push(`${kind}：${why}（样例 ${sample}）`);
    }
  }
  if (check("css", "a{b{color:red}}").length === 0) dead.push("css：嵌套");
  const good = [
    ["css", "/* inset: */ @media screen and (max-width:9px){a:not(.b){box-shadow:inset 0 0 0 1px red}}"],
    ["js", "// a.at(1)\nconst f = async () => await g();"],
    ["html", '{# style= #}<button class="on" data-on="1">签收</button><script src="/a.js" defer></script>'],
  ];
  for (const [kind, sample] of good) if (check(kind, sample).length) dead.push(`${kind}：误报 ${sample}`);
  if (dead.length) {
    console.error(`检查器自身失灵：\n${dead.join("\n")}`);
    process.exit(2);
  }
}

function walk(dir, out = []) {
  if (!existsSync(dir)) return out;
  for (const name of readdirSync(dir)) {
    if (name === "node_modules" || name === "vendor" || name === "target") continue;
    const path = join(dir, name);
    if (statSync(path).isDirectory()) walk(path, out);
    else out.push(path);
  }
  return out;
}

function orderFile(folder, ext) {
  const names = readFileSync(join(here, folder, "order.txt"), "utf8").split("\n").filter(Boolean);
  const there = readdirSync(join(here, folder)).filter((n) => n.endsWith(ext));
  const wrong = [...there.filter((n) => !names.includes(n)), ...names.filter((n) => !there.includes(n))];
  return [names.map((n) => readFileSync(join(here, folder, n))), wrong];
}

selfTest();
const problems = [];
const say = (file, line, why) => problems.push(`${relative(root, file)}:${line}: ${why}`);
const icons = new Set(readFileSync(join(here, "icons.txt"), "utf8").split("\n").filter(Boolean));
const files = [...walk(here), ...walk(join(root, "crates/features/src"))];
for (const file of files) {
  const kind = /\.(css|js|html)$/.exec(file)?.[1];
  if (!kind) continue;
  const text = readFileSync(file, "utf8");
  for (const [line, why] of check(kind, text)) say(file, line, why);
  const lines = text.split("\n").length;
  if (lines > MAX_LINES) say(file, lines, `${lines} 行，上限 ${MAX_LINES} 行`);
  if (kind === "js" && brotliCompressSync(text).length > JS_BUDGET) say(file, 1, "压缩后超过 5 KB");
  if (kind === "html") {
    for (const hit of text.matchAll(/icon::(?:draw|big)\("([^"]*)"\)/g)) {
      if (!icons.has(hit[1])) say(file, text.slice(0, hit.index).split("\n").length, `图标 ${hit[1]} 不在 web/icons.txt`);
    }
  }
}
const [styles, wrongCss] = orderFile("css", ".css");
const [scripts, wrongJs] = orderFile("js", ".js");
for (const name of wrongCss) say(join(here, "css/order.txt"), 1, `与文件不一致：${name}`);
for (const name of wrongJs) say(join(here, "js/order.txt"), 1, `与文件不一致：${name}`);
const cssSize = brotliCompressSync(Buffer.concat(styles)).length;
const jsSize = brotliCompressSync(Buffer.concat(scripts)).length;
if (cssSize > CSS_BUDGET) say(join(here, "css"), 1, `样式压缩后 ${cssSize} 字节，上限 ${CSS_BUDGET}`);

if (problems.length) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`web：${files.length} 个文件符合要求；样式 ${cssSize} 字节，脚本 ${jsSize} 字节（brotli）`);
