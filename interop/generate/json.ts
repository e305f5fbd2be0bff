/** A list in JSON with a line for each item, so that a change to one shows as one line. */
export function jsonLines(items: readonly unknown[]): string {
  return items.length === 0 ? '[]\n' : `[\n${items.map((item) => `  ${JSON.stringify(item)}`).join(',\n')}\n]\n`
}

/** JSON as people indent it, for items that are too long for a line. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
