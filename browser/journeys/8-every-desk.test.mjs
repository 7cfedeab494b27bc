// Every page of everybody inside the office: nothing serious for axe, nothing clipped or sideways at both widths.
import assert from "node:assert/strict";
import { test } from "node:test";
import { INSIDE, gather, lookRound } from "../lib/every-page.mjs";
import { setStage } from "../lib/stage.mjs";

const stage = setStage();
let known;

for (const role of INSIDE) {
  test(`every page of ${role}`, async () => {
    known ??= await gather(stage);
    const page = await stage.enter(role);
    assert.ok((await lookRound(page, stage.demo.url, known, `every-${role}`)) > 6);
    await page.context().close();
  });
}
