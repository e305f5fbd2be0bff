/** A list in JSON with a line for each item, so that a change to one shows as one line. */
export function jsonLines(items: readonly unknown[]): string {
  return items.length === 0
    ? '[]\n'
    : `[\n${items.map((item) => `  ${visible(JSON.stringify(item))}`).join(',\n')}\n]\n`
}

/** JSON as people indent it, for items that are too long for a line. */
export function jsonText(value: unknown): string {
  return `${visible(JSON.stringify(value, null, 2))}\n`
}

/** What an editor would hide or change is escaped. */
function visible(json: string): string {
  return json.replaceAll(/[\p{Cc}\p{Cf}\p{Z}]/gu, (char) =>
    char === ' ' || char === '\n' ? char : char.split('').map(escaped).join(''),
  )
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
