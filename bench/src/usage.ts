// The CPU time and memory of processes, from /proc: without it these figures are missing.
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100
const pageBytes = 4096

const canMeasureProcesses = existsSync('/proc/self/stat')

interface ProcessFigures {
  pid: number
  parent: number
  cpuSeconds: number
  rssBytes: number
}

/** CPU time and resident memory of some processes and all their descendants. */
export function usageOf(pids: readonly number[]): { cpuSeconds: number; rssBytes: number } {
  const total = { cpuSeconds: 0, rssBytes: 0 }
  for (const figures of withDescendants(pids)) {
    total.cpuSeconds += figures.cpuSeconds
    total.rssBytes += figures.rssBytes
  }
  return total
}

/** The CPU time of all processes of the machine together. */
export function machineCpuSeconds(): number {
  if (!canMeasureProcesses) return 0
  const [, user, nice, system, , , interrupts, softInterrupts, stolen] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]!
    .split(/\s+/)
    .map(Number)
  return (user! + nice! + system! + interrupts! + softInterrupts! + stolen!) / ticksPerSecond
}

function withDescendants(pids: readonly number[]): ProcessFigures[] {
  if (!canMeasureProcesses) return []
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? [])
  const wanted = new Set(pids)
  for (let size = 0; size !== wanted.size; ) {
    size = wanted.size
    for (const { pid, parent } of all) if (wanted.has(parent)) wanted.add(pid)
  }
  return all.filter(({ pid }) => wanted.has(pid))
}

function readProcess(pid: number): ProcessFigures | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name comes second, in parentheses, and may contain anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const number = (field: number) => Number(fields[field - 3])
    return {
      pid,
      parent: number(4),
      cpuSeconds: (number(14) + number(15)) / ticksPerSecond,
      rssBytes: number(24) * pageBytes,
    }
  } catch {
    return undefined // it has just ended
  }
}
