// Compares what is measured with what was recorded.

/**
 * The figures that are compared, each with the growth that is allowed to what is tiny. Modules are
 * shown only: how a build cuts a package into files makes no difference.
 */
const compared = {
  min: { unit: 'bytes minified', slack: 64 },
  bytes: { unit: 'bytes are loaded or installed', slack: 1024 },
  packages: { unit: 'packages are installed', slack: 0 },
}

/**
 * One sentence for each figure that grew by more than a tenth, and for each thing that is not in
 * both. Both are `{ subject: { figure: number } }`.
 */
export function growthFaults(recorded, measured) {
  const lost = Object.keys(recorded).filter((subject) => !(subject in measured))
  return [
    ...lost.map((subject) => `${subject}: is recorded, and is no more`),
    ...Object.entries(measured).flatMap(([subject, figures]) =>
      subject in recorded ? grown(subject, recorded[subject], figures) : [`${subject}: is not recorded yet`],
    ),
  ]
}

function grown(subject, recorded, measured) {
  return Object.entries(compared).flatMap(([figure, { unit, slack }]) => {
    const [before, now] = [recorded[figure] ?? 0, measured[figure] ?? 0]
    return now > before * 1.1 && now > before + slack ? [`${subject}: ${now} ${unit}, and ${before} were recorded`] : []
  })
}
