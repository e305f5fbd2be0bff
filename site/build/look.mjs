// Opens every page of the built site in a real browser, as wide as a phone and as a desktop: each
// has its heading, nothing is wider than the screen, and nothing is written to the error console.
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { chromium } from 'playwright-core'
import { site } from './places.mjs'

const dist = join(site, 'dist')
const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const widths = [390, 1280]
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
}

/** One sentence for each fault; `undefined` where there is no browser. */
export async function lookAtPages() {
  const executablePath = browsers.find((file) => existsSync(file))
  if (!executablePath) return undefined
  const server = await serve()
  const userData = mkdtempSync(join(tmpdir(), 'site-browser-'))
  const browser = await chromium.launchPersistentContext(userData, {
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  try {
    const files = globSync('**/*.html', { cwd: dist }).filter((file) => file !== '404.html')
    const waiting = files.flatMap((file) => widths.map((width) => ({ file, width })))
    const faults = []
    await Promise.all([1, 2].map(() => worker(browser, server.url, waiting, faults)))
    return faults
  } finally {
    await browser.close()
    server.close()
    rmSync(userData, { recursive: true, force: true })
  }
}

async function worker(browser, url, waiting, faults) {
  const page = await browser.newPage()
  let where = ''
  page.on('pageerror', (error) => faults.push(`${where}: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${where}: ${message.text()}`)
  })
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { file, width } = next
    where = `${file}, ${width} pixels wide`
    await page.setViewportSize({ width, height: 800 })
    await page.goto(`${url}/${file.replace(/(?:index)?\.html$/, '')}`, { waitUntil: 'load' })
    const seen = await page.evaluate(() => ({
      heading: document.querySelector('h1')?.textContent?.trim() ?? '',
      width: document.documentElement.scrollWidth,
    }))
    if (seen.heading === '') faults.push(`${where}: has no heading`)
    if (seen.width > width) faults.push(`${where}: is ${seen.width} pixels wide`)
  }
}

/** Serves the built files as hosts of static sites do: a path without an ending is a page. */
function serve() {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://site').pathname)
    const file = [path, `${path}.html`, join(path, 'index.html')]
      .map((name) => join(dist, name))
      .find((name) => extname(name) !== '' && existsSync(name))
    if (!file) return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' })
    return response.end(await readFile(file))
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve({ url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }),
    )
  })
}
