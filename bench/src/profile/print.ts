import type { ThreadSummary, Times } from './summary.ts'

/** The summary of one thread as text, with at most `top` lines a list. */
export function summaryText(name: string, summary: ThreadSummary, top: number): string {
  const { totalUs, idleUs, collectorUs } = summary
  const busyUs = totalUs - idleUs
  const share = (us: number) => `${((us / Math.max(1, busyUs)) * 100).toFixed(1)} %`
  const list = (title: string, times: Times, length: number) => {
    const lines = [...times]
      .sort(([, a], [, b]) => b - a)
      .slice(0, length)
      .map(([label, us]) => `  ${share(us).padStart(7)}  ${(us / 1000).toFixed(0).padStart(6)} ms  ${label}`)
    return [`\n${title}`, ...lines].join('\n')
  }
  return [
    `${name}: busy ${seconds(busyUs)} of ${seconds(totalUs)}, garbage collection ${share(collectorUs)} of that`,
    list('self time by package', summary.byOwner, 20),
    list('self time by file', summary.byFile, top),
    list('self time by function', summary.byFunction, top),
    list('time with everything called', summary.inclusive, top),
  ].join('\n')
}

function seconds(us: number): string {
  return `${(us / 1e6).toFixed(2)} s`
}
