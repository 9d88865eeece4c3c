import { existsSync } from "node:fs";
import { type Browser, launch, type Page } from "puppeteer-core";
import { eventually } from "./simulatedNodes";

/** Where distributions install Chromium. */
const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) =>
  existsSync(path),
);

/** Why no page can be opened here. @default - one can */
export const noBrowser = (): string | undefined =>
  chromium === undefined ? "there is no chromium; run: apt-get install -y chromium" : undefined;

/** A headless browser. Its sandbox does not work for root, and the pages are our own. */
export const openBrowser = (): Promise<Browser> =>
  launch({ executablePath: chromium ?? "", args: ["--no-sandbox"] });

/** Waits until a page shows a text. @throws TimeoutError after a minute, with what it shows */
export async function shows(page: Page, text: string): Promise<void> {
  try {
    await page.waitForSelector(`::-p-text(${text})`, { timeout: 60_000 });
  } catch (error) {
    const shown = await page.evaluate("document.body.innerText");
    throw new Error(`"${text}" does not appear; the page shows: ${String(shown)}`, {
      cause: error,
    });
  }
}

/** Clicks on a text until the page shows another: a click is lost on a page that Streamlit draws anew. */
export async function clickUntil(page: Page, text: string, shown: string): Promise<void> {
  await eventually(`"${shown}" after a click on "${text}"`, async () => {
    await page.locator(`::-p-text(${text})`).click();
    const selector = `::-p-text(${shown})`;
    return (
      (await page.waitForSelector(selector, { timeout: 10_000 }).catch(() => null)) ?? undefined
    );
  });
}
