/**
 * A module that runs scenarios one after the other. Its `results()` has an empty text for each
 * scenario that succeeded, and for the others what happened instead.
 */
export function harness(entries) {
  const imports = entries.map(({ scenario }, index) => `import * as scenario${index} from ${JSON.stringify(scenario)}`)
  const scenarios = entries.map(({ specifier }, index) => `[${JSON.stringify(specifier)}, scenario${index}]`)
  return `
    ${imports.join('\n')}
    const scenarios = [${scenarios.join(', ')}]
    async function result({ scenario, expected }) {
      try {
        const [actual, wanted] = [await scenario(), expected].map((value) => JSON.stringify(value))
        return actual === wanted ? '' : \`\${actual} instead of \${wanted}\`
      } catch (error) {
        return String(error?.stack ?? error)
      }
    }
    export async function results() {
      const all = {}
      for (const [name, module] of scenarios) all[name] = await result(module)
      return all
    }`
}
