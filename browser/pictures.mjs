// Takes the pictures of README.md from a demo city of its own: `node browser/pictures.mjs`, after `cargo build -p huitong`.
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { act, fill, handIn, openById, pick } from "./journeys/parts.mjs";
import { openBrowser, openPage } from "./lib/browser.mjs";
import { inFewColours } from "./lib/colours.mjs";
import { startDemo } from "./lib/demo.mjs";
import { signIn } from "./lib/sign-in.mjs";

const DOCS = resolve(import.meta.dirname, "../docs");
/** What the three pictures tell: one appeal, about which catalogue and words do not agree. */
const APPEAL = {
  title: "企业园五楼断水，请求修复泵房水泵",
  text: "枫庭小微企业园五楼自来水断水五个小时，物业说泵房水泵坏了没有配件，不知道泵房归谁管，盼尽快修好并明确责任单位。",
};

const demo = await startDemo();
const browser = await openBrowser();
try {
  const visitor = await openPage(browser);
  await visitor.goto(`${demo.url}/appeals/new`);
  await fill(visitor, APPEAL);
  await handIn(visitor);
  await picture(visitor, "receipt", 860);

  const intake = await openPage(browser);
  await signIn(intake, demo.url, demo.account("intake"));
  await intake.goto(`${demo.url}/appeals?queue=all&q=${encodeURIComponent(APPEAL.title)}`);
  await intake.getByRole("link", { name: APPEAL.title }).first().click();
  await intake.waitForURL("**/appeals/apl_*");
  const id = intake.url().match(/apl_[0-9a-z]+/)[0];
  await act(intake, "accept");
  await act(intake, "classify", async (page) => {
    await pick(page, "kind", "求助");
    await page.locator('select[name="category"]').selectOption("04-4");
  });
  await intake.goto(`${demo.url}/appeals/${id}/dispatch`);
  await picture(intake, "dispatch", 740);

  const handler = await openPage(browser);
  await signIn(handler, demo.url, demo.account("handler"));
  const answer = await handler.request.get(`${demo.url}/api/v1/appeals?state=handling&page_size=20`);
  const { items } = await answer.json();
  await openById(handler, demo.url, (items.find((one) => one.from === "个人") ?? items[0]).id);
  await picture(handler, "case", 860);
} finally {
  await browser.close();
  await demo.stop();
}

/** What is seen first, so many pixels high. */
async function picture(page, name, height) {
  await page.setViewportSize({ width: 1440, height });
  await page.evaluate(() => scrollTo(0, 0));
  writeFileSync(join(DOCS, `${name}.png`), inFewColours(await page.screenshot()));
}
