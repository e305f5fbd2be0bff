// Ends the process when one run of a fuzz target never returns, which nothing on the same thread
// could notice.
import { Worker } from 'node:worker_threads'

export interface Watch {
  begin(run: number): void
  end(): void
  stop(): void
}

const HANG_MS = 10_000

// Word 0: the run, plus 1, or 0 between runs. The worker sees a hang when that stays the same for
// too long.
const WORKER = `
const { workerData } = require('node:worker_threads')
const { writeSync } = require('node:fs')
const { words, label, hangMs } = workerData
let seen = 0
let since = Date.now()
setInterval(() => {
  const now = Atomics.load(words, 0)
  if (now !== seen || now === 0) {
    seen = now
    since = Date.now()
  } else if (Date.now() - since > hangMs) {
    writeSync(2, 'HANG: ' + label + ', run ' + (now - 1) + ' has not returned for ' + hangMs / 1000 + ' s\\n')
    process.kill(process.pid, 'SIGKILL')
  }
}, 500)
`

export function watchForHangs(label: string, hangMs = HANG_MS): Watch {
  const words = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(WORKER, { eval: true, workerData: { words, label, hangMs } })
  worker.unref()
  return {
    begin: (run) => void Atomics.store(words, 0, run + 1),
    end: () => void Atomics.store(words, 0, 0),
    stop: () => void worker.terminate(),
  }
}
