import { appendFileSync } from 'node:fs'

/**
 * Reports the figures of a campaign: on the console, and in the file that `npm run faults` names
 * for its table.
 */
export function tellFigures(what: string, figures: string): void {
  console.log(`${what}: ${figures}`)
  const file = process.env['FAULT_FIGURES']
  if (file) appendFileSync(file, `${JSON.stringify({ what, figures })}\n`)
}
