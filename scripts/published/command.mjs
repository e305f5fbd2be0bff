import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'

const waiting = []
let free = availableParallelism()

/**
 * Does `work` when one of the processor's cores is free for it: parts of the check run side by
 * side, and none of them slows another so much that it seems to hang.
 */
export async function onFreeCore(work) {
  if (free > 0) free--
  else await new Promise((resolve) => waiting.push(resolve))
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else free++
  }
}

/** Runs a program on a free core. Resolves to its exit code and to all that it printed. */
export function run(command, args, { cwd, env } = {}) {
  return onFreeCore(
    () =>
      new Promise((resolve) => {
        const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
        let output = ''
        child.stdout.on('data', (chunk) => (output += chunk))
        child.stderr.on('data', (chunk) => (output += chunk))
        child.on('error', (error) => resolve({ code: 1, output: error.message }))
        child.on('close', (code) => resolve({ code: code ?? 1, output }))
      }),
  )
}
