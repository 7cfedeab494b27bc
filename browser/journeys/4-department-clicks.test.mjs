// The department's goal: a simple case from the desk to a reply that is sent for review, in five clicks and some typing.
import { test } from "node:test";
import { hand } from "../lib/hand.mjs";
import { setStage } from "../lib/stage.mjs";
import { says } from "./parts.mjs";

const stage = setStage();
const reply = "您好。您反映的情况收悉。经核实，抽检封样环节存在不规范，我们已要求整改并重新培训抽样人员，后续抽检将当场封样。";

test("a simple case from the desk to a reply sent for review in five clicks", async () => {
  const page = await stage.enter("handler");
  await page.goto(`${stage.demo.url}/desk`);
  const h = hand(page);
  const waiting = page.locator("section.card").filter({ has: page.getByRole("heading", { name: "待签收" }) });
  await h.click(waiting.locator("ul.todo a").first());
  await h.click(page.getByRole("button", { name: "签收", exact: true }));
  await says(page, "已签收");
  await h.click(page.getByRole("link", { name: "答复", exact: true }));
  await h.tick(page.locator('input[name="outcome"][value="solved"]'));
  await page.locator('textarea[name="text"]').fill(reply);
  await h.click(page.getByRole("button", { name: "提交审核", exact: true }));
  await page.waitForURL(/appeals\/apl_[0-9a-z]+$/);
  await says(page, "待审核");
  h.within(5);
});
