#!/usr/bin/env node
// Starts the service, as a process with the memory settings that suit it.
import { restartedWith } from './memory-settings.ts'

const restarted = restartedWith(process.execArgv, process.env)
if (restarted && process.execve) {
  process.execve(
    process.execPath,
    [process.execPath, ...restarted.flags, ...process.argv.slice(1)],
    restarted.environment,
  )
}
await import('./run.ts')
