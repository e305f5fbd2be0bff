import type { Result, Side } from '../result.ts'
import { figure, times } from './figures.ts'

const columns = [
  { head: 'measure', width: 22 },
  { head: 'Atoll', width: 9, right: true },
  { head: 'reference', width: 9, right: true },
  { head: 'unit', width: 9 },
  { head: 'ratio', width: 6, right: true },
  { head: 'lowest', width: 6, right: true },
  { head: 'bound', width: 6, right: true },
  { head: '', width: 7 },
  { head: 'p50 ms', width: 13, right: true },
  { head: 'p99 ms', width: 13, right: true },
  { head: 'CPU s/1000', width: 13, right: true },
  { head: 'noise', width: 9, right: true },
]

export const headLine = lineOf(columns.map(({ head }) => head))

/** One line of the table. Two figures in a column are Atoll's and the reference's. */
export function resultLine(result: Result): string {
  const { id, unit, atoll, reference, ratio, verdict } = result
  const both = (of: (side: Side) => number | undefined) =>
    [atoll, reference].map((side) => figure(side && of(side))).join(' / ')
  return lineOf([
    id,
    figure(atoll?.value),
    figure(reference?.value),
    unit,
    times(ratio?.median),
    times(ratio?.low),
    boundOf(result),
    verdict === 'no bound' ? '' : verdict === 'ok' ? 'ok' : verdict.toUpperCase(),
    both((side) => side.p50Ms),
    both((side) => side.p99Ms),
    both((side) => side.cpuPer1000),
    both((side) => side.otherCores),
  ])
}

function boundOf({ floor, ceiling }: Result): string {
  if (ceiling !== undefined) return `≤ ${ceiling}`
  return floor === undefined ? '' : times(floor)
}

/** The errors and faults of a measurement, one per line. */
export function troubleLines(result: Result): string[] {
  return (['atoll', 'reference'] as const).flatMap((name) => {
    const side = result[name]
    if (!side) return []
    const errors = Object.entries(side.errors).map(([text, count]) => `${count} × ${text}`)
    return [...errors, ...side.faults].slice(0, 5).map((text) => `    ${name}: ${text}`)
  })
}

function lineOf(cells: readonly string[]): string {
  return cells
    .map((cell, index) => {
      const { width, right } = columns[index]!
      return right ? cell.padStart(width) : cell.padEnd(width)
    })
    .join('  ')
    .trimEnd()
}
