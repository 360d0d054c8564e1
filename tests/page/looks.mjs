// Copyright (c) 2026 The Bulkhead authors.
// SPDX-License-Identifier: Apache-2.0
// Looks at pages of `bulkhead report --html` as readers do: in Chromium, with a pointer and with keys, light and dark, on a
// phone, on paper. Of the first page figures, table and keys are tried; all pages are held to axe's rules.
// usage: node looks.mjs CHROMIUM PAGE...
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const screens = { desk: { width: 1280, height: 900 }, phone: { width: 360, height: 740, isMobile: true, hasTouch: true } };
const [chromium, ...files] = process.argv.slice(2);
let failed = 0;

async function check(what, test) {
  try {
    await test();
    console.log(`ok ${what}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${what}\n${error.message}`);
  }
}

// A page, and all that it asks for or says beside itself.
async function open(browser, file, { scheme = 'light', screen = 'desk' } = {}) {
  const page = await browser.newPage(), own = pathToFileURL(resolve(file)).href, heard = [];
  page.on('request', request => request.url() === own || heard.push(`request for ${request.url()}`));
  page.on('pageerror', error => heard.push(`error: ${error.message}`));
  page.on('console', message => heard.push(`says: ${message.text()}`));
  page.on('dialog', async dialog => { heard.push(`asks: ${dialog.message()}`); await dialog.dismiss(); });
  await page.setViewport(screens[screen]);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(own, { waitUntil: 'networkidle0' });
  return { page, heard };
}

// axe's rules, all of them but experimental ones; details are opened, since what is hidden is not judged.
async function accessible(page) {
  await page.evaluate(() => document.querySelectorAll('details').forEach(part => { part.open = true; }));
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run(document));
  assert.deepEqual(violations.map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html).join(' | ')}`), []);
  assert.ok(passes.some(rule => rule.id === 'color-contrast'), 'contrast was not judged');
}

const style = (page, selector, name) => page.$eval(selector, (part, n) => getComputedStyle(part)[n], name);
const fits = page => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
const tip = page => page.$eval('#tip', part => (part.hidden ? null : part.textContent));
const words = (page, at) => page.$$eval('svg.plot .value', (all, i) => all[i].getAttribute('aria-label'), at);
const focused = page => page.evaluate(() => document.activeElement.getAttribute('aria-label'));

// The numbers of the table's column of net overhead, as they stand.
const column = page => page.$eval('#table table', table => {
  const at = [...table.tHead.rows[0].cells].findIndex(cell => cell.textContent === 'net overhead');
  return { at, state: table.tHead.rows[0].cells[at].getAttribute('aria-sort'),
    values: [...table.tBodies[0].rows].map(row => Number(row.cells[at].dataset.n)) };
});

async function sorts(page, press) {
  const { at, values } = await column(page), button = (await page.$$('#table thead button'))[at];
  const rising = [...values].sort((a, b) => a - b);
  assert.ok(values.length > 2 && rising[0] < rising.at(-1), 'too few different values to tell an order');
  assert.notDeepEqual(values, rising, 'in order before it was asked for');
  await press(button);
  assert.deepEqual({ ...await column(page), at }, { at, state: 'ascending', values: rising });
  await press(button);
  assert.deepEqual({ ...await column(page), at }, { at, state: 'descending', values: rising.reverse() });
}

async function tryAll(browser, file) {
  await check('sorting by a click on a heading', async () => {
    const { page } = await open(browser, file);
    await sorts(page, button => button.click());
  });
  await check('sorting by keys', async () => {
    const { page } = await open(browser, file);
    await sorts(page, async button => { await button.focus(); await page.keyboard.press('Enter'); });
  });
  await check('a value under the pointer shows its words, within the window', async () => {
    const { page } = await open(browser, file);
    const value = (await page.$$('svg.plot .value :is(circle, path:last-child)'))[2];
    await value.scrollIntoView();
    await value.hover();
    assert.equal(await tip(page), await words(page, 2));
    const box = await (await page.$('#tip')).boundingBox();
    assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= screens.desk.width, JSON.stringify(box));
    await page.mouse.move(0, 0);
    assert.equal(await tip(page), null);
  });
  await check('values by the arrow keys, from a figure that Tab reaches', async () => {
    const { page } = await open(browser, file);
    for (let i = 0; !await page.evaluate(() => document.activeElement.matches('svg.plot')); i++) {
      assert.ok(i < 50, 'Tab never came to a figure');
      await page.keyboard.press('Tab');
    }
    assert.notEqual(await style(page, 'svg.plot', 'outlineStyle'), 'none');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    assert.equal(await focused(page), await words(page, 1));
    assert.equal(await tip(page), await words(page, 1));
    await page.keyboard.press('ArrowLeft');
    assert.equal(await focused(page), await words(page, 0));
    await page.keyboard.press('Escape');
    assert.equal(await tip(page), null);
  });
  await check('on paper: dark ink, no links, all that was folded', async () => {
    const { page } = await open(browser, file, { scheme: 'dark' });
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    assert.ok(await page.$$eval('details', all => all.length > 0 && all.every(part => part.open)));
    await page.emulateMediaType('print');
    assert.equal(await style(page, 'nav', 'display'), 'none');
    assert.equal(await style(page, 'body', 'color'), 'rgb(0, 0, 0)');
    assert.equal(await style(page, 'body', 'backgroundColor'), 'rgb(255, 255, 255)');
    const paper = await page.pdf({ format: 'A4' });
    assert.ok(paper.length > 10000, `${paper.length} bytes`);
  });
  await check('without its script it is whole', async () => {
    const page = await browser.newPage();
    await page.setJavaScriptEnabled(false);
    await page.goto(pathToFileURL(resolve(file)).href);
    const text = await page.$eval('main', main => main.innerText);
    for (const word of ['Answer', 'Figures', 'Table', 'Numbers and their sources', 'Provenance'])
      assert.ok(text.includes(word), word);
  });
}

const browser = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
try {
  await tryAll(browser, files[0]);
  for (const file of files)
    for (const [scheme, screen] of [['light', 'desk'], ['dark', 'desk'], ['light', 'phone'], ['dark', 'phone']])
      await check(`${file}, ${scheme}, ${screen}: axe's rules, nothing sticks out, nothing is asked for`, async () => {
        const { page, heard } = await open(browser, file, { scheme, screen });
        const back = await style(page, 'body', 'backgroundColor');
        assert.equal(back, scheme === 'dark' ? 'rgb(22, 24, 27)' : 'rgb(255, 255, 255)');
        assert.ok(await fits(page), 'the page is wider than the window');
        assert.equal((await page.$$('svg.plot')).length > 0, true, 'no figure');
        await accessible(page);
        assert.deepEqual(heard, []);
        await page.close();
      });
} finally {
  await browser.close();
}
console.log(`${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
