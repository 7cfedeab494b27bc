// axe-core on the page as it stands.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails on every finding that is serious or critical. It works under a strict content policy and with scripts off. */
export async function checkAxe(page, name) {
  if (page.scriptless) await page.evaluate(lendTimers);
  if (!(await page.evaluate("typeof axe === 'object'"))) await page.evaluate(source);
  const findings = await page.evaluate(findSerious);
  if (findings.length === 0) return;
  const lines = findings.map((f) => `${f.impact} ${f.rule}: ${f.help}\n    ${f.nodes.slice(0, 5).join("\n    ")}`);
  throw new Error(`${name}: axe found\n  ${lines.join("\n  ")}`);
}

/** Runs inside the page. */
async function findSerious() {
  const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
  return violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => ({ rule: one.id, impact: one.impact, help: one.help, nodes: one.nodes.map((n) => n.html.slice(0, 160)) }));
}

/**
 * Runs inside a page with scripts off. Timers never fire there, and axe goes from step to step by them; promises do go on.
 * Only its long limits, which must not pass at once, are left standing still.
 */
function lendTimers() {
  globalThis.setTimeout = (work, delay = 0, ...words) => {
    if (delay < 100) Promise.resolve().then(() => work(...words));
    return 0;
  };
}
