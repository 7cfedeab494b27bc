// What a person would see at once: pictures, sideways scrolling, text that is cut off, boxes outside the page.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { checkAxe } from "./axe.mjs";
import { DESK, PHONE } from "./browser.mjs";

const SHOTS = join(import.meta.dirname, "../shots");

/**
 * Looks at the page as it stands at both widths: a picture of each (browser/shots/NAME-1440.png, NAME-390.png), nothing
 * clipped, nothing sideways, nothing serious for axe, no complaint of the browser. Leaves the window at its own size.
 * `picture: false` where the same page was photographed already.
 */
export async function look(page, name, { picture = true } = {}) {
  mkdirSync(SHOTS, { recursive: true });
  const before = page.viewportSize();
  for (const size of [DESK, PHONE]) {
    await page.setViewportSize(size);
    if (picture) await photograph(page, join(SHOTS, `${name}-${size.width}.png`));
    await fits(page, `${name} at ${size.width}`);
    await checkAxe(page, `${name} at ${size.width}`);
  }
  await page.setViewportSize(before);
  if (page.trouble?.length > 0) throw new Error(`${name}: the browser complained:\n  ${page.trouble.join("\n  ")}`);
}

/** The whole page; of one that goes on for ever, what is seen first. */
async function photograph(page, path) {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.screenshot({ path, fullPage: height < 8_000 });
}

/** Fails where the page scrolls sideways or something on it is cut off. */
export async function fits(page, name) {
  const faults = await page.evaluate(findFaults);
  if (faults.length > 0) throw new Error(`${name}: does not fit:\n  ${faults.join("\n  ")}`);
}

/** Runs inside the page. */
function findFaults() {
  const faults = [];
  const root = document.scrollingElement;
  const width = root.clientWidth;
  if (root.scrollWidth > width) faults.push(`scrolls sideways: ${root.scrollWidth} px in ${width} px`);

  const label = (node) => {
    const words = (node.innerText ?? "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `<${node.localName}${node.id ? `#${node.id}` : ""}${node.className && node.className.baseVal === undefined ? `.${String(node.className).trim().replace(/\s+/g, ".")}` : ""}> ${words}`;
  };
  const scrolls = (style) => /auto|scroll/.test(style.overflowX);
  const inScroller = (node) => {
    for (let up = node.parentElement; up && up !== document.body; up = up.parentElement) {
      if (scrolls(getComputedStyle(up))) return true;
    }
    return false;
  };
  // Text for screen readers only is one pixel wide on purpose; a skip link waits outside until it has the focus.
  const hidden = (node, style, box) =>
    box.width <= 1 || box.height <= 1 || style.visibility === "hidden" || style.clip === "rect(0px, 0px, 0px, 0px)" ||
    (node.localName === "a" && (node.getAttribute("href") ?? "").startsWith("#") && box.bottom <= 0);

  // What a closed fold holds is laid out, but nobody sees it before it opens.
  const folded = (node) => node.closest("details:not([open])") && !node.closest("summary") && node.localName !== "details";

  for (const node of document.body.querySelectorAll("*")) {
    if (folded(node)) continue;
    const style = getComputedStyle(node);
    const box = node.getBoundingClientRect();
    if (style.display === "none" || hidden(node, style, box) || inScroller(node)) continue;
    if (node.ownerSVGElement) continue;
    if (box.right > width + 1 || box.left < -1) {
      faults.push(`outside the page (${Math.round(box.left)}…${Math.round(box.right)} of ${width}): ${label(node)}`);
    }
    const own = [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim() !== "");
    if (!own) continue;
    const cutsX = /hidden|clip/.test(style.overflowX) && node.scrollWidth > node.clientWidth + 1;
    const cutsY = /hidden|clip/.test(style.overflowY) && node.scrollHeight > node.clientHeight + 1;
    // An ellipsis says that there is more, and the title says what.
    const said = style.textOverflow === "ellipsis" && (node.title || node.closest("[title]"));
    if ((cutsX && !said) || (cutsY && !cutsX)) faults.push(`text is cut off: ${label(node)}`);
  }
  return faults.slice(0, 20);
}
