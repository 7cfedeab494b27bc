// Debian's Chromium, quiet and alone, and the windows people look through.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** Starts that a machine's trouble may cost: Chromium was seen to crash before it had opened anything. */
const STARTS = 3;

/** Starts the browser. */
export async function openBrowser() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) throw new Error(`there is no ${executablePath}: run scripts/need chromium`);
  const options = {
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--lang=zh-CN",
    ],
  };
  for (let start = 1; ; start += 1) {
    try {
      return await chromium.launch(options);
    } catch (error) {
      if (start === STARTS) throw error;
      console.error(`the browser did not start, once more: ${String(error).split("\n")[0]}`);
    }
  }
}

/**
 * Opens a fresh window, as one person's own: nothing of another one's session is in it.
 * `script: false` switches JavaScript off. `page.trouble` collects what the browser complained of.
 */
export async function openPage(browser, { size = DESK, script = true, locale = "zh-CN" } = {}) {
  const context = await browser.newContext({
    viewport: size,
    javaScriptEnabled: script,
    hasTouch: size === PHONE,
    locale,
    timezoneId: "Asia/Shanghai",
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  page.trouble = [];
  page.scriptless = !script;
  page.on("pageerror", (error) => page.trouble.push(`script: ${error.message}`));
  page.on("console", (message) => {
    // A refused form (422) is an answer of ours; the browser logs it as a failed load all the same.
    const refused = /status of 4\d\d/.test(message.text());
    if (message.type() === "error" && !refused) page.trouble.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const host = new URL(request.url()).hostname;
    if (/^https?:/.test(request.url()) && host !== "127.0.0.1") page.trouble.push(`asked a stranger: ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) page.trouble.push(`${response.status()}: ${response.url()}`);
  });
  return page;
}

/** A window with scripts off. */
export function openPageWithoutScript(browser, { size = DESK } = {}) {
  return openPage(browser, { size, script: false });
}
