// Runs the scenarios in one runtime: Node, Deno and Bun take the built packages from node_modules,
// as an importer would have them; browsers and Workers take a bundle.
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { root } from '../bundle-sources.mjs'
import { webBundle } from './bundles.mjs'
import { harness } from './harness.mjs'

// Not in node_modules: Deno would treat files there as part of a package.
const folder = join(import.meta.dirname, 'dist')
const marker = 'results:'
const timeoutMs = 300_000
const print = `results().then((all) => console.log('${marker}' + JSON.stringify(all)))`

export const denoFlags = ['--quiet', '--no-prompt', '--no-config', '--no-lock', '--node-modules-dir=manual']

export const runtimes = {
  node: (entries) => runUnbundled(process.execPath, ['--no-warnings'], entries),
  web: runInWorker,
  deno: (entries, file) => runUnbundled(file, ['run', ...denoFlags], entries),
  bun: (entries, file) => runUnbundled(file, ['run'], entries),
  workers: runInWorkerd,
}

async function runUnbundled(command, args, entries) {
  const module = written('scenarios.mjs', `${harness(entries)}\n${print}`)
  return resultsIn(await output(command, [...args, module]))
}

async function runInWorker(entries) {
  const all = {}
  for (const entry of entries) {
    const { text, failure } = await webBundle(harness([entry]))
    all[entry.specifier] = failure ?? (await workerResult(written('web.mjs', text), entry.specifier))
  }
  return all
}

function workerResult(file, specifier) {
  return new Promise((resolve) => {
    // The query makes it a new module each time.
    const workerData = `${pathToFileURL(file).href}?${encodeURIComponent(specifier)}`
    const worker = new Worker(join(import.meta.dirname, 'web-worker.mjs'), { workerData, env: {} })
    worker.on('message', ({ changed, results }) => {
      void worker.terminate()
      resolve(changed.length > 0 ? `changes globals when imported: ${changed.join(', ')}` : results[specifier])
    })
    worker.on('error', (error) => resolve(String(error.stack ?? error)))
    worker.on('exit', () => resolve('ended without an answer'))
  })
}

async function runInWorkerd(entries, file) {
  const { text, failure } = await webBundle(`${harness(entries)}\nexport default { async test() { await ${print} } }`)
  if (failure) throw new Error(failure)
  written('worker.mjs', text)
  return resultsIn(await output(file, ['test', workerdConfig('worker')]))
}

/** The file that tells workerd of one Worker, whose module has been written before. */
export function workerdConfig(name, sockets = '') {
  const members = ['services = [(name = "main", worker = .worker)]', sockets]
    .filter((member) => member !== '')
    .join(', ')
  return written(
    `${name}.capnp`,
    `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (${members});
    const worker :Workerd.Worker = (modules = [(name = "main", esModule = embed "${name}.mjs")], compatibilityDate = "2026-11-01");`,
  )
}

/** A file for the runtimes to run. */
export function written(name, text) {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

function resultsIn(text) {
  const line = text.split('\n').find((line) => line.includes(marker))
  if (line === undefined) throw new Error(`it did not come to an end:\n${text}`)
  return JSON.parse(line.slice(line.indexOf(marker) + marker.length))
}

function output(command, args) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1' }
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
    child.on('error', reject)
    child.on('close', () => resolve(text))
  })
}
