import { appendFileSync } from 'node:fs'

/** Says what a campaign came to: on the console, and for the table of `npm run faults`, which names a file for it. */
export function tellFigures(what: string, figures: string): void {
  console.log(`${what}: ${figures}`)
  const file = process.env['FAULT_FIGURES']
  if (file) appendFileSync(file, `${JSON.stringify({ what, figures })}\n`)
}
